"""Subtitles (SRT, WebVTT): what is said, in paragraphs that begin with the time of their first cue.

Numbers, positions and styles of cues are left out; the name of a voice stays in front of its words.
"""

from __future__ import annotations

import re

from index.loading.builder import Parsed, TextBuilder, clean, one_line
from index.loading.encoding import decode
from index.loading.limits import Limits, RefusedError
from index.loading.text import add_plain
from index.types import BlockKind, SkipReason

_TIME = r"(?:(\d{1,3}):)?(\d{2}):(\d{2})[.,](\d{1,3})"
_CUE = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}.*")
_VOICE = re.compile(r"<v(?:\.[\w.]+)?\s+([^>]{1,80})>")
_TAG = re.compile(r"</?(?:[a-z]|lang|ruby|font)\b[^<>]{0,200}>|<[\d:.]+>|\{\\[^{}]{0,80}\}", re.I)
_PAUSE_S = 4.0  #: after which a new paragraph begins
_PARAGRAPH_CHARS = 600
_END = (".", "!", "?", "…", '"', "”", "。", "？", "！")


def parse(data: bytes, limits: Limits) -> Parsed:
    """Parse subtitles. Raises RefusedError when they are empty or no text."""
    text, warnings = decode(data)
    if len(text) > limits.text_chars:
        raise RefusedError(SkipReason.TOO_LARGE, f"more than {limits.text_chars:,} characters")
    builder = TextBuilder(limits.text_chars)
    lines = clean(text).split("\n")
    marks = [place for place, line in enumerate(lines) if _CUE.fullmatch(line)]
    if not marks:
        add_plain(builder, text)
    said: list[str] = []
    begun, ended = "", 0.0
    for place, following in zip(marks, [*marks[1:], len(lines)], strict=True):
        match = _CUE.fullmatch(lines[place])
        assert match is not None
        start = _seconds(match.group(1, 2, 3, 4))
        whole = sum(map(len, said)) > _PARAGRAPH_CHARS and said[-1].endswith(_END)
        if said and (whole or start - ended > _PAUSE_S):
            builder.add(BlockKind.PARAGRAPH, f"{begun}\n{' '.join(said)}")
            said = []
        words = _words(lines[place + 1 : following])
        if words and not said:
            begun = f"{int(start) // 3600:02}:{int(start) // 60 % 60:02}:{int(start) % 60:02}"
        said += [words] if words else []
        ended = _seconds(match.group(5, 6, 7, 8))
    if said:
        builder.add(BlockKind.PARAGRAPH, f"{begun}\n{' '.join(said)}")
    return builder.parsed("subtitles", warnings=warnings)


def _words(lines: list[str]) -> str:
    """What a cue says: its lines up to the empty one."""
    kept: list[str] = []
    for line in lines:
        if not line.strip():
            break
        kept.append(line)
    named = _VOICE.sub(r"\1: ", "\n".join(kept))
    return one_line(_TAG.sub("", named))


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return 3600 * hours + 60 * minutes + seconds + thousandths / 1000
