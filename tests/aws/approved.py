"""The page of an approval in a deployed stack, through API Gateway; the first surprise ends it.

Usage: python approved.py URL STACK ASK APPROVER_KEY OTHER_KEY
ASK is the example of `approval_page`, which asks for an approval from outside; APPROVER_KEY may approve and
OTHER_KEY may not.
"""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import boto3

# How long a key may take to work, in seconds.
KEY_WORKS_WITHIN = 15

HOSTILE = "<script>alert(1)</script>"

url, stack, ask, approver, other = sys.argv[1:]
base = url.removesuffix("/mcp")
queue = boto3.client("sqs").get_queue_url(QueueName=f"{stack}-orchestration_worker")["QueueUrl"]


class Unfollowed(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


browser = urllib.request.build_opener(Unfollowed)


def link(name: str) -> str:
    places = {"IDWO_STATE_TABLE": f"{stack}-state", "IDWO_QUEUE_URL": queue, "IDWO_SECRETS": f"{stack}/signing"}
    environment = {**os.environ, **places, "IDWO_LOG": "error", "AWS_REGION": os.environ["AWS_DEFAULT_REGION"]}
    command = [ask, name, f"merge {HOSTILE}", "merge #71 by squash", "delete its branch"]
    asked = subprocess.run(command, env=environment, check=True, capture_output=True, timeout=60, text=True)
    return base + asked.stdout.strip()


def sent(page: str, form: dict | None = None, **headers: str):
    data = urllib.parse.urlencode(form).encode() if form else None
    try:
        with browser.open(urllib.request.Request(page, data, headers), timeout=30) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.headers, refusal.read().decode()


def a_link_shows_and_is_no_key() -> None:
    page = link("shown")
    status, headers, body = sent(page)
    assert status == 200 and "waits for a decision" in body and "delete its branch" in body, (status, body)
    assert "default-src 'none'" in headers["Content-Security-Policy"], headers
    assert headers["Content-Type"].startswith("text/html") and headers["Cache-Control"] == "no-store", headers
    assert HOSTILE not in body and "&lt;script&gt;" in body, body
    for key in ("", other, "idwo_" + "0" * 64):
        status, headers, _ = sent(page, {"decision": "approve", "key": key})
        assert status == 303 and headers["Location"].endswith("?note=key"), (status, headers)
    status, _, _ = sent(page, {"decision": "decline"}, Origin="https://evil.test")
    assert status == 403, status
    assert "waits for a decision" in sent(page)[2]
    nothing = sent(f"{base}/approvals/never~1/{'0' * 64}")
    altered = sent(page[:-1] + ("1" if page.endswith("0") else "0"))
    assert nothing[0] == altered[0] == 404 and nothing[2] == altered[2], (nothing, altered)
    print("approved: a link shows what is asked, and neither it nor another key approves")


def an_approver_approves_once() -> None:
    page, form = link("decided"), {"decision": "approve", "key": approver}
    asked = time.monotonic()
    while (answer := sent(page, form))[1]["Location"].endswith("?note=key"):
        assert time.monotonic() - asked < KEY_WORKS_WITHIN, answer
        time.sleep(1)
    assert answer[0] == 303, answer
    back = urllib.parse.urljoin(page, answer[1]["Location"])
    assert back == page, back
    assert "approver on this page" in sent(back)[2], sent(back)
    status, headers, _ = sent(page, {"decision": "decline"})
    assert status == 303 and headers["Location"].endswith("?note=late"), (status, headers)
    assert "approver on this page" in sent(page)[2]
    print("approved: an approver has approved, and a replay has changed nothing")


def the_log_tells_who_and_no_secret() -> None:
    pages = boto3.client("logs").get_paginator("filter_log_events")
    found = pages.paginate(logGroupName=f"/aws/lambda/{stack}-approval_page")
    lines = [event["message"] for page in found for event in page["events"]]
    assert not any(approver in line or other in line for line in lines), lines
    audited = [json.loads(line)["fields"] for line in lines if line.startswith("{") and '"target":"audit"' in line]
    decided = [line for line in audited if "was decided" in line["message"]]
    assert [(line["by"], line["decision"], line["approval"]) for line in decided] == [
        ("approver", "approve", "decided~1")
    ], audited
    refused = [line for line in audited if "was refused" in line["message"]]
    assert len(refused) >= 7, audited
    print(f"approved: the log tells of {len(decided)} decision and {len(refused)} refusals")


a_link_shows_and_is_no_key()
an_approver_approves_once()
the_log_tells_who_and_no_secret()
