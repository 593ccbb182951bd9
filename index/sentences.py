"""Where sentences begin and end. Boundaries come from the library sentencex (Wikimedia); this
module only trims them and respects line breaks where lines carry meaning."""

from __future__ import annotations

from sentencex import get_sentence_boundaries


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Spans (start, end) of the sentences of ``text[start:end]``, in order, without outer blanks.

    Offsets are those of ``text``. Line breaks end a sentence: loaders have joined wrapped lines,
    so a break that is left was meant. Every non-blank character lies in exactly one span.
    """
    stop = len(text) if end is None else end
    spans: list[tuple[int, int]] = []
    line_start = start
    while line_start < stop:
        line_end = text.find("\n", line_start, stop)
        line_end = stop if line_end < 0 else line_end
        line = text[line_start:line_end]
        for boundary in get_sentence_boundaries("en", line):
            piece = line[boundary["start_index"] : boundary["end_index"]]
            left = len(piece) - len(piece.lstrip())
            stripped = piece.strip()
            if stripped:
                first = line_start + boundary["start_index"] + left
                spans.append((first, first + len(stripped)))
        line_start = line_end + 1
    return spans
