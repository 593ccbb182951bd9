"""Parts of one file put together: a chapter of a book, an attachment of a mail.

A part is parsed by itself and its blocks are then copied, so that what comes in front of it (a
heading) can hang on what it holds. Page numbers of a part are dropped: the whole has none.
"""

from __future__ import annotations

from collections.abc import Sequence

from index.loading.builder import TextBuilder
from index.types import Block, BlockKind

_DEEPEST = 6


def add_part(builder: TextBuilder, text: str, blocks: Sequence[Block], deeper: int = 0) -> None:
    """Append the blocks of a part; its headings stand ``deeper`` levels lower."""
    before: Block | None = None
    for block in blocks:
        apart = before is not None and text[before.end : block.start] != "\n"
        if block.kind is BlockKind.TABLE_ROW and (apart or before is None):
            builder.start_table()
        level = block.level
        if block.kind is BlockKind.HEADING:
            level = min(_DEEPEST, max(1, level) + deeper)
        builder.add(block.kind, text[block.start : block.end], level)
        before = block


def has_words_first(blocks: Sequence[Block]) -> bool:
    """True when a part begins with something other than a heading of its own."""
    return bool(blocks) and blocks[0].kind is not BlockKind.HEADING
