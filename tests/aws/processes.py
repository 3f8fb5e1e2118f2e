"""Processes of deployed functions, found by the name that Lambda gives each."""

import os
import signal
from pathlib import Path


def kill(function: str) -> None:
    mark = f"AWS_LAMBDA_FUNCTION_NAME={function}\0".encode()
    found = [int(place.parent.name) for place in Path("/proc").glob("[0-9]*/environ") if mark in environment(place)]
    assert found, f"{function} does not run"
    for process in found:
        os.kill(process, signal.SIGKILL)


def environment(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except OSError:
        return b""
