"""What the fuzzing tests share: how many examples, how bytes are damaged, what a sound text is.

FOOTNOTE_FUZZ says how many times as many examples are tried as in the short run, which is 1.
"""

from __future__ import annotations

import os
from itertools import pairwise

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from index.types import Document, document_from_dict, document_to_dict

TIMES = max(1, int(os.environ.get("FOOTNOTE_FUZZ", "1")))


def tries(examples: int) -> settings:
    """So many examples in the short run; the same ones each time, others in a campaign."""
    return settings(
        max_examples=examples * TIMES,
        derandomize=TIMES == 1,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


#: Pieces that mean something to some parser.
TOKENS = (
    "<", ">", "</p>", "<p>", "<table>", "<tr><td>", "<!--", "<![CDATA[", "&#", "&lt;", '"', "'",
    "[", "]", "(", "){", "}", "{\\", "\\par ", "\\u-1?", "\\bin9", "|", "||", ",", ";", "\t", "\n",
    "\n\n", "\r\n", "`", "```", "~~~", "*", "**", "_", "#", "- ", "1. ", "> ", "    ", "::", ".. ",
    "===\n", "---\n", "=", ":", "//", "%", "\x00", "\x0c", "\x1b", "\u200b", "\u202e", "\u2028",
    "\ufeff", "é", "中", "\U0001f600", "\u0301", "0", "-1", "99999999999", "1e999", "NaN", "null",
    "PK\x03\x04", "%PDF-1.4", "endobj", "stream", "BT", "Content-Type: ", "--x", "=?utf-8?b?",
)  # fmt: skip
_DEAL = st.tuples(
    st.sampled_from(("byte", "cut", "copy", "token", "swap")),
    st.floats(0, 1, exclude_max=True),
    st.integers(1, 40),
    st.integers(0, 255),
    st.sampled_from(TOKENS),
)
DEALS = st.lists(_DEAL, min_size=1, max_size=8)
Deal = tuple[str, float, int, int, str]


def damaged(data: bytes, deals: list[Deal]) -> bytes:
    """The bytes with each piece of damage done to them in turn."""
    out = bytearray(data)
    for kind, where, size, value, token in deals:
        start = int(where * len(out))
        end = min(len(out), start + size)
        match kind:
            case "byte" if out:
                out[start] = value
            case "cut":
                del out[start:end]
            case "copy":
                out[start:start] = out[start:end] * (1 + value % 9)
            case "token":
                out[start:start] = token.encode()
            case _:
                out[start:end] = bytes(reversed(out[start:end]))
    return bytes(out)


def check_document(document: Document) -> None:
    """What holds of every document, whatever it was made from."""
    text = document.text
    text.encode("utf-8")
    assert not set(text) & {chr(code) for code in (*range(9), 11, 12, 13, *range(14, 32))}
    assert document.blocks
    assert document.blocks[0].start == 0
    assert document.blocks[-1].end == len(text)
    for block in document.blocks:
        said = text[block.start : block.end]
        assert said
        assert said == said.strip()
        assert all(block.start <= run.start < run.end <= block.end for run in block.page_runs)
    for one, two in pairwise(document.blocks):
        assert one.end < two.start
        assert not text[one.end : two.start].strip()
    assert document.title.strip()
    assert document_from_dict(document_to_dict(document)) == document
