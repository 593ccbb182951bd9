"""``footnote mcp``: ask, search and read as tools of the Model Context Protocol, over stdio.

The client starts this as a child process, sends requests to its standard input and reads replies
from its standard output, where nothing else may be written. The documents open while the client
says hello. What tools return goes to the model that the client uses. Import it late: it needs the
package ``mcp``; what the tools do is in `ui.mcp_tools`.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from functools import partial

import anyio
import mcp_types as types
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server

from index.errors import FootnoteError
from rag.assistant import Assistant
from rag.places import data_folder
from ui.mcp_tools import TOOLS, Result, Tool, run
from ui.outside import sentence_for
from ui.programs import RequestError

Context = ServerRequestContext[dict[str, object]]
AT_ONCE = 2  #: tools at work at the same time; more wait their turn
FAILED = "Something went wrong inside Footnote; what it wrote to standard error shows what."
INSTRUCTIONS = (
    "Footnote answers from the person's own documents. Prefer ask: every sentence it returns "
    "carries a number that stands for an exact quote, and it says so when the documents do not "
    "hold the answer. Use search and read to look further."
)
log = logging.getLogger(__name__)


class Documents:
    """The assistant, opened when it is first needed; what went wrong is tried again."""

    def __init__(self, open_it: Callable[[], Assistant]) -> None:
        self._open_it = open_it
        self._assistant: Assistant | None = None
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Start opening in the background."""
        threading.Thread(target=self._begin, name="open", daemon=True).start()

    def _begin(self) -> None:
        try:
            self.use()
        except FootnoteError as error:
            log.error("%s", error)
        except Exception:
            log.exception("the documents could not be opened")

    def use(self) -> Assistant:
        """The assistant. Raises FootnoteError when it cannot be opened."""
        with self._lock:
            if self._assistant is None:
                self._assistant = self._open_it()
            return self._assistant

    def close(self) -> None:
        """Let go of the documents."""
        if self._assistant is not None:
            self._assistant.close()


def serve(open_it: Callable[[], Assistant], version: str) -> None:
    """Serve until the client closes our standard input."""
    documents = Documents(open_it)
    # Waiting for input cannot be interrupted from within; the catalog bears being left at any time.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        anyio.run(_serve, documents, version)
    finally:
        documents.close()


async def _serve(documents: Documents, version: str) -> None:
    server = server_for(documents, version)
    async with stdio_server() as (requests, replies):
        documents.begin()  # from here on standard output is the protocol's alone
        await server.run(requests, replies, server.create_initialization_options())


def server_for(documents: Documents, version: str) -> Server[dict[str, object]]:
    """The server with its tools, whatever it is connected to."""
    room = anyio.CapacityLimiter(AT_ONCE)

    async def listed(_: Context, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(tool) for tool in TOOLS])

    async def called(_: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        left = threading.Event()
        work = partial(answer, documents, params.name, params.arguments or {}, left)
        try:
            return await anyio.to_thread.run_sync(work, limiter=room, abandon_on_cancel=True)
        finally:
            left.set()

    return Server(
        "footnote",
        version=version,
        title="Footnote",
        instructions=INSTRUCTIONS,
        on_list_tools=listed,
        on_call_tool=called,
    )


def answer(
    documents: Documents, name: str, arguments: dict[str, object], stop: threading.Event
) -> types.CallToolResult:
    """What a tool returns; an error is one sentence that the client's model can read."""
    try:
        result = run(documents.use, name, arguments, stop)
    except RequestError as error:
        return _failed(str(error))
    except FootnoteError as error:
        return _failed(sentence_for(error, (data_folder(),)))
    except Exception:
        log.exception("a tool failed")
        return _failed(FAILED)
    return _done(result)


def _described(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.schema(),
        annotations=types.ToolAnnotations(
            read_only_hint=True, idempotent_hint=True, open_world_hint=False
        ),
    )


def _done(result: Result) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(text=result.text)], structured_content=result.data
    )


def _failed(sentence: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=sentence)], is_error=True)
