"""What a deployed endpoint does beside the protocol; the first surprise ends it.

Usage: python deployed.py URL STACK closed | keep FILE | vendors FILE | open KEY | logs KEY
`closed` before anybody has a key, `open` with one, `logs` at the end; `keep` makes FILE the signing secret,
`vendors` the lines of FILE (`NAME=VALUE`) the vendors' one.
"""

import json
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3

from processes import kill

CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "analyze_pr", "arguments": {"owner": "sample", "repo": "storefront", "pull_number": 71}},
}

# How long a key may take to work, in seconds.
KEY_WORKS_WITHIN = 15


def ask(url: str, method: str = "GET", key: str | None = None, body: dict | None = None):
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, json.load(answer)
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.headers, json.loads(refusal.read() or b"{}")


def closed(url: str, _: str) -> None:
    base = url.removesuffix("/mcp")
    for key in (None, "idwo_" + "0" * 64):
        status, headers, body = ask(url, "POST", key, CALL)
        assert (status, body["jsonrpc"]) == (401, "2.0"), (status, body)
        assert headers["WWW-Authenticate"].startswith("Bearer"), headers
    status, _, health = ask(f"{base}/health")
    assert (status, health["status"]) == (200, "ok"), (status, health)
    for path in ("", "/mcp"):
        # The emulator reaches the function without a key, but does not tell it the API's name, without
        # which there is nothing to describe; the function's own tests have the name.
        status, _, described = ask(f"{base}/.well-known/oauth-protected-resource{path}")
        assert status == 404 and "nothing is protected" in described["error"]["message"], (status, described)
    status, _, body = ask(f"{base}/no-such-path")
    assert status == 404 and body["error"], (status, body)
    print("deployed: without a key only what is public is reached")


def keep(_: str, stack: str, file: str) -> None:
    secrets = boto3.client("secretsmanager")
    secrets.put_secret_value(SecretId=f"{stack}/signing", SecretString=Path(file).read_text())


def vendors(_: str, stack: str, file: str) -> None:
    lines = Path(file).read_text().splitlines()
    values = dict(line.split("=", 1) for line in lines if "=" in line)
    assert values["GITHUB_TOKEN"], values
    boto3.client("secretsmanager").put_secret_value(SecretId=f"{stack}/vendors", SecretString=json.dumps(values))


def opened(url: str, stack: str, key: str) -> None:
    asked = time.monotonic()
    while (answer := ask(url, "POST", key, CALL))[0] != 200:
        assert time.monotonic() - asked < KEY_WORKS_WITHIN, answer
        time.sleep(1)
    status, _, _ = ask(url, "GET", key)
    assert status == 405, status
    kill(f"{stack}-analyze_pr")
    # Whoever asks first may be told that it failed; nobody is told a lie, and the next one is answered.
    status, _, body = ask(url, "POST", key, CALL)
    assert status == 200 and ("result" in body or body["error"]["code"] == -32603), body
    status, _, body = ask(url, "POST", key, CALL)
    assert status == 200 and not body["result"]["isError"], body
    print("deployed: a new key works, and a tool whose process was killed answers again")


def logs(_: str, stack: str, key: str) -> None:
    client = boto3.client("logs")
    lines = {name: log(client, f"/aws/lambda/{stack}-{name}") for name in ("mcp", "analyze_pr", "authorizer")}
    ids = {name: set() for name in lines}
    for name, printed in lines.items():
        for line in printed:
            assert key not in line and "storefront" not in line, (name, line)
            if line.startswith("{"):
                ids[name] |= correlation_ids(json.loads(line))
    assert ids["analyze_pr"] and ids["analyze_pr"] <= ids["mcp"], ids
    counted = [json.loads(line) for line in lines["mcp"] if '"_aws"' in line]
    assert counted and all(line["Calls"] == 1 for line in counted), counted
    print(f"deployed: {len(ids['analyze_pr'])} calls have one id in both logs, {len(counted)} are counted")


def log(client, group: str) -> list[str]:
    pages = client.get_paginator("filter_log_events").paginate(logGroupName=group)
    return [event["message"] for page in pages for event in page["events"]]


def correlation_ids(line: dict) -> set[str]:
    places = (line.get("fields", {}), line.get("span", {}))
    return {place["correlation_id"] for place in places if "correlation_id" in place}


STEPS = {"closed": closed, "keep": keep, "vendors": vendors, "open": opened, "logs": logs}
url, stack, step, *rest = sys.argv[1:]
STEPS[step](url, stack, *rest)
