"""How sandbox and worker talk: length-prefixed frames of a JSON head and raw bytes. No pickle."""

from __future__ import annotations

import json
import struct
from typing import IO

_LENGTHS = struct.Struct(">IQ")
_HEAD_BYTES = 1 << 20


def write_frame(stream: IO[bytes], head: dict[str, object], body: bytes = b"") -> None:
    """Write one frame and flush."""
    encoded = json.dumps(head).encode()
    stream.write(_LENGTHS.pack(len(encoded), len(body)) + encoded)
    stream.write(body)
    stream.flush()


def read_frame(stream: IO[bytes], limit_bytes: int) -> tuple[dict[str, object], bytes]:
    """Read one frame. Raises EOFError at the end, ValueError when it is malformed or too long."""
    head_length, body_length = _LENGTHS.unpack(_exactly(stream, _LENGTHS.size))
    if head_length > _HEAD_BYTES or body_length > limit_bytes:
        raise ValueError(f"a frame of {body_length:,} bytes is over the limit of {limit_bytes:,}")
    head = json.loads(_exactly(stream, head_length))
    if not isinstance(head, dict):
        raise ValueError("a frame's head is no object")
    return head, _exactly(stream, body_length)


def _exactly(stream: IO[bytes], count: int) -> bytes:
    parts: list[bytes] = []
    while count:
        part = stream.read(min(count, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
