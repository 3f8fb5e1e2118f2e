// Reads what the conformance suite wrote, prints it as a table, and fails when anything is other
// than `expected.json` says: a scenario that passes against expectation is a surprise, too.
// Usage: node judge.mjs FOLDER_WITH_NODE_MODULES RESULTS
//   RESULTS holds one folder for each run: fixture-REVISION and product-REVISION.

import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

const [modules, results] = process.argv.slice(2);
const revisions = ['2026-07-28', '2025-11-25'];
const expected = JSON.parse(fs.readFileSync(new URL('expected.json', import.meta.url)));
const surprises = [];

for (const revision of revisions) {
  const scored = requirements(revision);
  const expectedToFail = Object.keys(expected.fails[revision]);
  let passed = 0;
  console.log(`\n${revision.padEnd(48)}fixture   product`);
  for (const scenario of scored) {
    const fixture = failures(`fixture-${revision}`, scenario);
    const product = failures(`product-${revision}`, scenario);
    passed += fixture.length === 0;
    compare(`${revision} ${scenario}, fixture`, fixture, expectedToFail.includes(scenario));
    compareProduct(`${revision} ${scenario}, product`, product, scenario, expectedToFail);
    const ours = expected.needs_the_fixture.includes(scenario) ? 'needs it' : word(product, scenario);
    console.log(`  ${scenario.padEnd(46)}${word(fixture).padEnd(10)}${ours}`);
  }
  console.log(`  ${passed} of ${scored.length} scored scenarios pass with the fixture`);
  for (const [scenario, why] of Object.entries(expected.fails[revision])) {
    console.log(`  expected to fail: ${scenario}: ${why}`);
    if (!scored.includes(scenario)) surprises.push(`${scenario} is not scored for ${revision}`);
  }
}

for (const surprise of surprises) console.error(`surprise: ${surprise}`);
process.exit(surprises.length === 0 ? 0 : 1);

function requirements(revision) {
  const file = `node_modules/@modelcontextprotocol/conformance/requirements/${revision}.yaml`;
  const { server } = parse(fs.readFileSync(path.join(modules, file), 'utf8'));
  const names = server.map((entry) => (typeof entry === 'string' ? entry : entry.scenario));
  if (names.length < 30) throw new Error(`only ${names.length} scored scenarios in ${file}`);
  return names;
}

// The ids of the checks that failed; a scenario without checks was not run, which is a failure.
function failures(run, scenario) {
  const folder = fs
    .readdirSync(path.join(results, run))
    .find((name) => new RegExp(`^server-${scenario}-\\d{4}-\\d\\d-\\d\\dT`).test(name));
  const file = folder && path.join(results, run, folder, 'checks.json');
  if (!file || !fs.existsSync(file)) return ['not run'];
  const checks = JSON.parse(fs.readFileSync(file));
  return checks.filter((check) => check.status === 'FAILURE').map((check) => check.id);
}

function compare(what, failed, shouldFail) {
  if (failed.length > 0 !== shouldFail) surprises.push(`${what}: ${failed.join(', ') || 'passes'}`);
}

function compareProduct(what, failed, scenario, expectedToFail) {
  const checks = expected.checks_that_need_the_fixture[scenario];
  if (checks) {
    const unexpected = failed.filter((id) => !checks.includes(id));
    compare(what, unexpected, false);
    return;
  }
  const shouldFail = expected.needs_the_fixture.includes(scenario) || expectedToFail.includes(scenario);
  compare(what, failed, shouldFail);
}

function word(failed, scenario) {
  if (failed.length === 0) return 'pass';
  const checks = expected.checks_that_need_the_fixture[scenario];
  return checks ? `pass but for ${failed.length} checks that need it` : 'fail';
}
