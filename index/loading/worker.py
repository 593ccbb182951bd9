"""The parsing process: reads files as frames on standard input, answers with documents.

It is told the limits on its command line, keeps its own memory under them where the system can,
and ends when its input ends. It opens no file of the user's and no connection.
"""

from __future__ import annotations

import json
import os
import sys
from typing import IO

from index.loading.formats import parse
from index.loading.frames import read_frame, write_frame
from index.loading.limits import Limits, RefusedError
from index.types import SkipReason, document_to_dict


def main(arguments: list[str]) -> int:
    """Serve until the input ends. Arguments: memory_mb, file_mb, text_chars, seconds."""
    memory_mb, file_mb, text_chars = map(int, arguments[:3])
    limits = Limits(float(arguments[3]), memory_mb, file_mb, text_chars)
    source, sink = _private_streams()
    limit_memory(memory_mb)
    while True:
        try:
            head, data = read_frame(source, limit_bytes=file_mb * 1_000_000 + 1)
        except EOFError:
            return 0
        answer, body = respond(data, str(head["source"]), limits)
        write_frame(sink, answer, body)
        if answer.get("leave"):
            return 0


def respond(data: bytes, source: str, limits: Limits) -> tuple[dict[str, object], bytes]:
    """One file's answer: the document, or why not. ``leave`` asks for a fresh process."""
    try:
        document = parse(data, source, limits)
        body = json.dumps(document_to_dict(document), ensure_ascii=False).encode()
    except RefusedError as refused:
        return {"refused": refused.reason.name, "detail": refused.detail}, b""
    except MemoryError:
        # Memory may stay in pieces after this, so the process is given up.
        reason = SkipReason.TOO_MUCH_MEMORY.name
        return {"refused": reason, "detail": f"limit {limits.memory_mb:,} MB", "leave": True}, b""
    except RecursionError:
        return {"refused": SkipReason.DAMAGED.name, "detail": "nested too deeply"}, b""
    except Exception as error:  # a parser may raise anything on a bad file
        detail = f"{type(error).__name__}: {error}"[:300]
        return {"refused": SkipReason.DAMAGED.name, "detail": detail}, b""
    return {"ok": True}, body


def limit_memory(memory_mb: int) -> None:
    """Bound the address space where the system can (Linux; macOS accepts but rarely enforces)."""
    if sys.platform == "win32":
        return
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = memory_mb * 1_000_000
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    except (OSError, ValueError):
        return  # the time limit still stands


def _private_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Standard input and output for frames alone: what a parser prints goes to standard error."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(source.fileno(), os.O_BINARY)
        msvcrt.setmode(sink.fileno(), os.O_BINARY)
    os.dup2(2, 1)
    return source, sink


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
