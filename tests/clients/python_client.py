"""The official Python SDK, in both eras of the protocol; fails on the first surprise.

Usage: python python_client.py URL [KEY [HEALTH]]
"""

import asyncio
import json
import sys

from mcp import Client, MCPError
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client
from mcp.types import PromptReference

SAMPLE = {"owner": "sample", "repo": "storefront", "pull_number": 71}


async def drive(mode: str, url: str, key: str | None = None, state: str = "ok") -> None:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    transport = streamable_http_client(url, http_client=create_mcp_http_client(headers=headers))
    async with Client(transport, mode=mode) as client:
        listed = await client.list_tools()
        assert "analyze_pr" in [tool.name for tool in listed.tools], listed

        prompts = await client.list_prompts()
        assert len(prompts.prompts) == 2, prompts
        prompt = await client.get_prompt("debug_and_fix", {"error_message": "boom"})
        assert "analyze_pr" in prompt.messages[0].content.text, prompt
        reference = PromptReference(type="ref/prompt", name="debug_and_fix")
        completed = await client.complete(reference, {"name": "language", "value": "py"})
        assert completed.completion.values == ["python"], completed

        resources = await client.list_resources()
        assert len(resources.resources) == 2, resources
        health = await client.read_resource("orchestrator://health")
        assert json.loads(health.contents[0].text)["state"] == state, health

        heard = []

        async def hear(progress: float, total: float | None, message: str | None) -> None:
            heard.append(progress)

        answer = await client.call_tool("analyze_pr", SAMPLE, progress_callback=hear)
        assert not answer.is_error, answer
        assert "storefront#71" in answer.content[0].text, answer
        assert answer.structured_content["result"]["secret_like"]["total"] == 1, answer
        # Who sends a key talks through API Gateway, which hands on whole answers only.
        assert bool(heard) == (key is None) and heard == sorted(set(heard)), heard

        refused = await client.call_tool("analyze_pr", {**SAMPLE, "pull_number": 0})
        assert refused.is_error, refused
        assert "from 1 to 2147483647" in refused.content[0].text, refused

        try:
            await client.call_tool("no_such_tool", {})
        except MCPError as error:
            assert error.error.code == -32602, error
        else:
            raise AssertionError("a tool that does not exist was called")
    hears = "" if key else ", hears progress"
    print(f"Python SDK ({mode}): lists, prompts, completes, reads, calls{hears}, is refused")


for mode in ("auto", "legacy"):
    asyncio.run(drive(mode, *sys.argv[1:]))
