"""Durable work in a deployed stack: by queue, worker and table, until it has ended; the first surprise ends it.

Usage: python worked.py STACK TRACK VENDORS_PID
TRACK is the example of `orchestration_worker`, which starts runs and tells them facts from outside;
VENDORS_PID the process that stands in for GitHub, which is stopped in the middle of a step.
"""

import json
import os
import signal
import subprocess
import sys
import time

import boto3

from processes import kill

POISON = '{"version":1,"job":"no such job, and a word that no log may have"}'
COMMIT = "0123456789abcdef0123456789abcdef01234567"

# How long a message that was received is not seen by others: short, so that one dies soon, and then longer than
# a cold start (5 s of them for a GitHub that does not answer) and the lease of a worker that was killed (25 s of
# its step and 10 s beside), so that the next finds it over.
SHORT_S, LONG_S = 1, 45

# Longest waits: for a step or two, for five deliveries, and for a lease and a delivery.
MOVES_WITHIN_S, DIES_WITHIN_S, GOES_ON_WITHIN_S = 20, 30, 75

LOOK_EVERY_S = 0.5

stack, track, vendors = sys.argv[1:]
sqs, functions = boto3.client("sqs"), boto3.client("lambda")
WORKER = f"{stack}-orchestration_worker"
work = sqs.get_queue_url(QueueName=WORKER)["QueueUrl"]
dead = sqs.get_queue_url(QueueName=f"{WORKER}-dead")["QueueUrl"]


def told(number: int, wish: str) -> dict:
    """The run as it is after that."""
    places = {"IDWO_STATE_TABLE": f"{stack}-state", "IDWO_QUEUE_URL": work, "IDWO_LOG": "error"}
    environment = {**os.environ, **places, "AWS_REGION": os.environ["AWS_DEFAULT_REGION"]}
    command = [track, "sample/storefront", str(number), wish]
    return json.loads(subprocess.run(command, env=environment, check=True, capture_output=True, timeout=60).stdout)


def until(what: str, within_s: float, look):
    begun = time.monotonic()
    while (found := look()) is None:
        assert time.monotonic() - begun < within_s, f"{what}: not within {within_s} s"
        time.sleep(LOOK_EVERY_S)
    return found


def until_run(number: int, within_s: float, fits) -> dict:
    begun = time.monotonic()
    while not fits(run := told(number, "show")):
        assert time.monotonic() - begun < within_s, f"not within {within_s} s: {run}"
        time.sleep(LOOK_EVERY_S)
    return run


def listens(run: dict) -> bool:
    return run["doing"]["doing"] == "callback"


def invisible_for(seconds: int) -> None:
    sqs.set_queue_attributes(QueueUrl=work, Attributes={"VisibilityTimeout": str(seconds)})


def a_run_goes_on_beside_a_poison_until_it_ends() -> None:
    invisible_for(SHORT_S)
    sqs.send_message(QueueUrl=work, MessageBody=POISON)
    assert told(71, "start")["status"] == "running"
    until_run(71, MOVES_WITHIN_S, listens)
    told(71, json.dumps({"what": "merged", "at": "2030-01-01T00:00:00Z", "commit": COMMIT}))
    ended = told(71, json.dumps({"what": "released", "at": "2030-01-02T00:00:00Z", "tag": "v9"}))
    if ended["status"] == "running":
        ended = until_run(71, MOVES_WITHIN_S, lambda run: run["status"] != "running")
    assert (ended["status"], ended["state"]["stage"]) == ("done", "released"), ended
    print("worked: a run went on by queue and worker until it ended")


def what_nobody_understands_dies_after_five_deliveries() -> None:
    def look():
        return sqs.receive_message(QueueUrl=dead, MessageSystemAttributeNames=["All"]).get("Messages")

    [letter] = until("the dead letter", DIES_WITHIN_S, look)
    assert letter["Body"] == POISON, letter
    assert int(letter["Attributes"]["ApproximateReceiveCount"]) in (1, 6), letter
    print("worked: a message that nobody understands is a dead letter, whole")


def a_run_whose_worker_was_killed_goes_on() -> None:
    invisible_for(LONG_S)
    os.kill(int(vendors), signal.SIGSTOP)
    told(66, "start")
    begun = until_run(66, MOVES_WITHIN_S, lambda run: run["work"]["lease"])
    kill(WORKER)
    os.kill(int(vendors), signal.SIGCONT)
    ended = until_run(66, GOES_ON_WITHIN_S, listens)
    assert ended["epoch"] == begun["epoch"] + 1, (begun, ended)
    print("worked: a run whose worker was killed in the middle of a step went on")


def the_schedule_finds_nothing_that_is_due() -> None:
    with open(os.path.join(os.path.dirname(__file__), "../../events/reconciler.json"), "rb") as event:
        said = functions.invoke(FunctionName=f"{stack}-reconciler", Payload=event.read())
    assert "FunctionError" not in said and json.load(said["Payload"]) is None, said
    print("worked: what the schedule calls answers")


def the_log_tells_each_message_and_not_its_body() -> None:
    pages = boto3.client("logs").get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{WORKER}")
    lines = [event["message"] for page in pages for event in page["events"]]
    assert not any("no such job" in line for line in lines), lines
    told_of = [json.loads(line)["fields"] for line in lines if line.startswith("{") and '"received"' in line]
    poison = [fields for fields in told_of if fields["run"] == "none"]
    assert len(poison) == 5, poison
    assert any(fields["run"].startswith("pr-sample-storefront-71 ") for fields in told_of), told_of
    print(f"worked: {len(told_of)} lines of the log tell of messages, and none what was in them")


a_run_goes_on_beside_a_poison_until_it_ends()
what_nobody_understands_dies_after_five_deliveries()
a_run_whose_worker_was_killed_goes_on()
the_schedule_finds_nothing_that_is_due()
the_log_tells_each_message_and_not_its_body()
