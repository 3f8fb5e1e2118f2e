"""An answer that no call has the time for, in a deployed stack; the first surprise ends it.

Usage: python later.py URL KEY VENDORS_PID
KEY may read repositories and workflows; VENDORS_PID is the process that stands in for GitHub, which is silent for
the length of a call.
"""

import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request

# How long a key may take to work, and a run to end that asks again after some seconds and waits for a cold start.
KEY_WORKS_WITHIN_S, ENDS_WITHIN_S = 15, 120

# Longer than API Gateway waits for a function.
ANSWERS_WITHIN_S = 35

ASKED = {"owner": "sample", "repo": "storefront", "pull_number": 66}

# What is another in each answer.
VARIES = ("generated_at", "sources", "cost")

url, key, vendors = sys.argv[1:]


def ask(tool: str, arguments: dict) -> dict:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "Authorization": f"Bearer {key}",
    }
    request = urllib.request.Request(url, json.dumps(call).encode(), headers)
    with urllib.request.urlopen(request, timeout=ANSWERS_WITHIN_S) as answer:
        body = json.load(answer)
    assert not body["result"].get("isError"), body
    return body["result"]["structuredContent"]


def until_the_key_works() -> None:
    begun = time.monotonic()
    while True:
        try:
            ask("get_workflow", {})
            return
        except urllib.error.HTTPError as refusal:
            assert refusal.code in (401, 403) and time.monotonic() - begun < KEY_WORKS_WITHIN_S, refusal.read()
            time.sleep(1)


def what_was_accepted_ends_as_a_call_would_have() -> None:
    os.kill(int(vendors), signal.SIGSTOP)
    begun = time.monotonic()
    accepted = ask("analyze_pr", ASKED)
    waited_s = time.monotonic() - begun
    again = ask("analyze_pr", ASKED)
    os.kill(int(vendors), signal.SIGCONT)
    assert (accepted["status"], accepted["result"]) == ("accepted", None), accepted
    assert again["workflow_id"] == accepted["workflow_id"], (accepted, again)
    wanted = {"workflow_id": accepted["workflow_id"], "detail": "full", "wait_s": 20}
    begun = time.monotonic()
    while (told := ask("get_workflow", wanted))["status"] == "accepted":
        assert time.monotonic() - begun < ENDS_WITHIN_S, told
    answer = told["result"]["workflow"]["outcome"]["output"]["structured"]
    assert timeless(answer) == timeless(ask("analyze_pr", ASKED)), answer
    took_s = time.monotonic() - begun
    print(f"later: accepted after {waited_s:.0f} s of silence, answered {took_s:.0f} s after that ended")


def timeless(answer: dict) -> dict:
    return {name: value for name, value in answer.items() if name not in VARIES}


until_the_key_works()
what_was_accepted_ends_as_a_call_would_have()
