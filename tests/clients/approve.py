"""A person approves in a form of the Python SDK; in its older mode there is a link instead.

Usage: python approve.py URL APPROVAL
"""

import asyncio
import sys

from mcp import Client
from mcp.types import ElicitResult

URL, APPROVAL = sys.argv[1:]
CALL = {"approval_id": APPROVAL, "decision": "approve"}


async def without_forms(mode: str) -> None:
    async with Client(URL, mode=mode) as client:
        told = (await client.call_tool("resolve_approval", CALL)).structured_content
        assert told["status"] == "needs_approval", told
        assert f"/approvals/{APPROVAL}/" in told["result"]["link"], told


async def with_forms() -> None:
    shown = []

    async def decide(context, params) -> ElicitResult:
        shown.append(params.message)
        return ElicitResult(action="accept", content={"decision": "approve"})

    async with Client(URL, mode="auto", elicitation_callback=decide) as client:
        decided = (await client.call_tool("resolve_approval", CALL)).structured_content
        assert decided["result"]["state"] == "approved", decided
        assert decided["result"]["decided"]["through"] == "elicitation", decided
        again = (await client.call_tool("resolve_approval", CALL)).structured_content
        assert again["status"] == "refused", again
    assert len(shown) == 1 and "1. tag v2.4.0" in shown[0], shown


for mode in ("auto", "legacy"):
    asyncio.run(without_forms(mode))
asyncio.run(with_forms())
print("Python SDK: the user approved in a form, once; without forms, and in the older mode, a link instead")
