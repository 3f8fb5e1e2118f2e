"""Work that outlasts a call, through the Python SDK's interface for extensions: the call waits for its task, and
the user is asked in between. The TypeScript client of now has no way to take a task.

Usage: python tasks.py URL_OF_THE_FIXTURE
"""

import asyncio
import sys
from typing import Any, Literal

from mcp import Client
from mcp.client.extension import ClaimContext, ClientExtension, ResultClaim
from mcp.types import CallToolResult, Request, RequestParams, Result

URL = sys.argv[1]
LOOKS_MAX = 20


class Created(Result):
    result_type: Literal["task"]
    task_id: str
    poll_interval_ms: int


class Seen(Result):
    status: str
    result: dict[str, Any] | None = None
    input_requests: dict[str, Any] | None = None


class OfTask(RequestParams):
    task_id: str
    input_responses: dict[str, Any] | None = None


class TaskRequest(Request[OfTask, str]):
    name_param = "taskId"


class Tasks(ClientExtension):
    identifier = "io.modelcontextprotocol/tasks"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def claims(self) -> list[ResultClaim[Any]]:
        return [ResultClaim(result_type="task", model=Created, resolve=self.wait)]

    async def wait(self, task: Created, context: ClaimContext) -> CallToolResult:
        def request(method: str, **answers: Any) -> TaskRequest:
            return TaskRequest(method=method, params=OfTask(task_id=task.task_id, **answers))

        for _ in range(LOOKS_MAX):
            seen = await context.session.send_request(request("tasks/get"), Seen)
            if seen.status == "completed":
                return CallToolResult.model_validate(seen.result)
            for key, asked in (seen.input_requests or {}).items():
                self.asked.append(asked["params"]["message"])
                answer = {key: {"action": "accept", "content": {"confirm": True}}}
                await context.session.send_request(request("tasks/update", input_responses=answer), Result)
            if seen.status == "working":
                await asyncio.sleep(task.poll_interval_ms / 1000)
        raise TimeoutError(f"the task is {seen.status} still")


async def never(context: Any, params: Any) -> Any:
    raise AssertionError("a task asks by itself")


async def main() -> None:
    tasks = Tasks()
    async with Client(URL, mode="auto", extensions=[tasks], elicitation_callback=never) as client:
        done = await client.call_tool("slow_compute", {"seconds": 1, "label": "pi"})
        assert done.content[0].text == "pi is computed.", done
        failed = await client.call_tool("failing_job", {})
        assert failed.is_error, failed
        deleted = await client.call_tool("confirm_delete", {"filename": "a.txt"})
        assert '{"confirm":true}' in deleted.content[0].text, deleted
    assert tasks.asked == ["Shall a.txt be deleted?"], tasks.asked


asyncio.run(main())
print("Python SDK: calls waited for their tasks, and a task asked its user")
