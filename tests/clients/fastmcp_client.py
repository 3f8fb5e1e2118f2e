"""The client of fastmcp; fails on the first surprise.

Usage: python fastmcp_client.py URL [KEY [HEALTH]]
"""

import asyncio
import json
import sys

from fastmcp import Client
from fastmcp.exceptions import ToolError

SAMPLE = {"owner": "sample", "repo": "storefront", "pull_number": 71}


async def drive(url: str, key: str | None = None, state: str = "ok") -> None:
    async with Client(url, auth=key) as client:
        assert "analyze_pr" in [tool.name for tool in await client.list_tools()]
        assert len(await client.list_prompts()) == 2
        prompt = await client.get_prompt("debug_and_fix", {"error_message": "boom"})
        assert "analyze_pr" in prompt.messages[0].content.text, prompt
        assert len(await client.list_resources()) == 2
        health = await client.read_resource("orchestrator://health")
        assert json.loads(health[0].text)["state"] == state, health

        answer = await client.call_tool("analyze_pr", SAMPLE)
        assert answer.structured_content["result"]["secret_like"]["total"] == 1, answer
        try:
            await client.call_tool("analyze_pr", {**SAMPLE, "pull_number": 0})
        except ToolError as error:
            assert "from 1 to 2147483647" in str(error), error
        else:
            raise AssertionError("a pull request 0 was taken")
    print("fastmcp: lists, prompts, reads, calls, is refused")


asyncio.run(drive(*sys.argv[1:]))
