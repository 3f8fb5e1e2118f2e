"""Connects, lists and calls through the official Python SDK, in both eras of the protocol.

Usage: python python_client.py URL
"""

import asyncio
import sys

from mcp import Client, MCPError

SAMPLE = {"owner": "sample", "repo": "storefront", "pull_number": 71}


async def drive(url: str, mode: str) -> None:
    async with Client(url, mode=mode) as client:
        listed = await client.list_tools()
        assert [tool.name for tool in listed.tools] == ["analyze_pr"], listed

        answer = await client.call_tool("analyze_pr", SAMPLE)
        assert not answer.is_error, answer
        assert "storefront#71" in answer.content[0].text, answer
        assert answer.structured_content["result"]["secret_like"]["total"] == 1, answer

        refused = await client.call_tool("analyze_pr", {**SAMPLE, "pull_number": 0})
        assert refused.is_error, refused
        assert "from 1 to 2147483647" in refused.content[0].text, refused

        try:
            await client.call_tool("no_such_tool", {})
        except MCPError as error:
            assert error.error.code == -32602, error
        else:
            raise AssertionError("a tool that does not exist was called")
    print(f"Python SDK ({mode}): 1 tool listed, called, refused")


for mode in ("auto", "legacy"):
    asyncio.run(drive(sys.argv[1], mode))
