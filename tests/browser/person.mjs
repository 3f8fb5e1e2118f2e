// A person before the page of an approval, in Chromium; the first surprise ends it. What is seen is kept as
// pictures: light, dark, and on a phone.
// Usage: node person.mjs CHROMIUM FOLDER_FOR_PICTURES KEY APPROVED DECLINED HOSTILE

import assert from "node:assert/strict";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [executablePath, folder, key, approved, declined, hostile] = process.argv.slice(2);
const PHONE = { width: 320, height: 640 };
const DESK = { width: 900, height: 900 };

const browser = await chromium.launch({ executablePath });

async function open(url, looks = {}) {
  const context = await browser.newContext({ viewport: DESK, javaScriptEnabled: true, ...looks });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.sent = [];
  page.on("request", (request) => page.sent.push(request.method()));
  page.on("dialog", () => assert.fail("a script ran"));
  page.on("console", (message) => assert.notEqual(message.type(), "error", message.text()));
  const answer = await page.goto(url);
  assert.equal(answer.status(), 200);
  return page;
}

const picture = (page, name) => page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
const state = (page) => page.locator(".state").innerText();
const decide = (page, name) => page.getByRole("button", { name }).click();
const ground = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

async function fits(page) {
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= room, `${wide} px wide in ${room}`);
}

async function itIsReadable() {
  const light = await open(approved, { colorScheme: "light" });
  await picture(light, "light");
  const dark = await open(approved, { colorScheme: "dark" });
  await picture(dark, "dark");
  assert.notEqual(await ground(light), await ground(dark));
  for (const [name, url] of [["phone", approved], ["hostile", hostile]]) {
    const phone = await open(url, { viewport: PHONE, isMobile: true, hasTouch: true });
    await fits(phone);
    await picture(phone, name);
    for (const button of await phone.getByRole("button").all()) {
      assert.ok((await button.boundingBox()).height >= 44, "a finger needs 44 px");
    }
  }
  console.log("browser: readable in light and dark, and on a phone of 320 px");
}

async function nothingOfAPlanIsMarkup() {
  const page = await open(hostile);
  assert.match(await page.locator("h1").innerText(), /^<script>alert\(1\)<\/script><img src=x onerror=alert\(2\)>$/);
  assert.equal(await page.locator("li").count(), 2);
  for (const [mark, times] of [["script", 0], ["img", 0], ["form", 1], ["style", 1], ["b", 0]]) {
    assert.equal(await page.locator(mark).count(), times, mark);
  }
  console.log("browser: nothing of a plan became markup");
}

async function approvingNeedsTheKey() {
  const page = await open(approved);
  assert.equal(await page.title(), "Approval: waits for a decision");
  await decide(page, "Approve this plan");
  assert.match(await page.getByRole("status").innerText(), /Nothing was decided/);
  await picture(page, "no-key");
  assert.match(await state(page), /waits/);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id), "key");
  await page.getByLabel("Key of an approver").fill(key);
  await page.keyboard.press("Enter");
  await page.getByText("owner on this page").waitFor();
  assert.equal(await state(page), "approved");
  assert.equal(page.url(), approved);
  await picture(page, "approved");

  page.sent.length = 0;
  await page.reload();
  assert.deepEqual(page.sent, ["GET"], "a reload sends nothing again");
  assert.equal(await page.getByRole("button").count(), 0);
  await page.goBack();
  assert.equal(await state(page), "approved", "nothing old is kept");
  console.log("browser: without the key nothing is approved, with it once");
}

async function aFormOfAnotherPageDecidesNothing() {
  const page = await browser.newPage();
  await page.setContent(`<form method="post" action="${declined}"><button name="decision" value="decline">x</button></form>`);
  const [answer] = await Promise.all([page.waitForResponse(declined), decide(page, "x")]);
  assert.equal(answer.status(), 403);
  await page.setContent(`<iframe src="${declined}"></iframe>`);
  const frame = page.frames().at(-1);
  await frame.waitForLoadState();
  assert.equal(await frame.locator("form").count(), 0, "it is framed");
  console.log("browser: another page can neither send its form nor frame it");
}

async function decliningNeedsTheLinkAlone() {
  const [page, other] = [await open(declined), await open(declined)];
  await decide(page, "Decline");
  await page.getByText("somebody with the link on this page").waitFor();
  assert.equal(await state(page), "declined");
  await other.getByLabel("Key of an approver").fill(key);
  await decide(other, "Approve this plan");
  assert.match(await other.getByRole("status").innerText(), /nothing left to decide/);
  assert.equal(await state(other), "declined");
  await picture(other, "late");
  console.log("browser: whoever has the link declines, and who is late changes nothing");
}

await itIsReadable();
await nothingOfAPlanIsMarkup();
await approvingNeedsTheKey();
await aFormOfAnotherPageDecidesNothing();
await decliningNeedsTheLinkAlone();
await browser.close();
