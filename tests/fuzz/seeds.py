"""Writes the body of each bad request of the tests as a file to start fuzzing from.

Usage: python seeds.py BAD_REQUESTS FOLDER
"""

import json
import pathlib
import sys

LONGEST = 4096


def body(bad: dict) -> bytes:
    given = bad.get("body", "")
    if isinstance(given, str):
        return given.encode()
    if "hex" in given:
        return bytes.fromhex(given["hex"])
    times = min(given["times"], LONGEST // len(given["repeat"]))
    return (given["before"] + given["repeat"] * times + given["after"]).encode()


requests, folder = sys.argv[1:]
for index, bad in enumerate(json.loads(pathlib.Path(requests).read_text())):
    pathlib.Path(folder, f"bad-{index}").write_bytes(body(bad)[:LONGEST])
