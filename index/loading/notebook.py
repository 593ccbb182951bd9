"""Jupyter notebooks: texts as Markdown, code and what it printed as code; pictures are left out."""

from __future__ import annotations

import json

from index.loading import markdown
from index.loading.builder import Parsed, TextBuilder
from index.loading.encoding import decode
from index.loading.limits import Limits, RefusedError
from index.loading.parts import add_part
from index.types import BlockKind, SkipReason

_OUTPUT_CHARS = 4_000  #: of one output; longer ones are listings
_PIECE_CHARS = 2_400


def parse(data: bytes, limits: Limits) -> Parsed:
    """Parse a notebook. Raises RefusedError when it is none or holds no text."""
    text, warnings = decode(data)
    try:
        book = json.loads(text)
    except (ValueError, RecursionError):
        raise RefusedError(SkipReason.DAMAGED, "it is not valid JSON") from None
    cells = _cells(book)
    if cells is None:
        raise RefusedError(SkipReason.NOT_AS_NAMED, "no notebook: it has no cells")
    builder = TextBuilder(limits.text_chars)
    cut = 0
    for cell in cells:
        source = _joined(cell.get("source", cell.get("input")))
        if cell.get("cell_type") == "code":
            _add_code(builder, source)
            for output in _dicts(cell.get("outputs")):
                said = _said(output)
                cut += len(said) > _OUTPUT_CHARS
                _add_code(builder, said[:_OUTPUT_CHARS])
        elif source.strip():
            try:
                part = markdown.parse(source.encode("utf-8", "replace"), limits)
            except RefusedError:  # nothing but a picture
                continue
            add_part(builder, part.text, part.blocks)
    if cut:
        outputs = "1 long output was" if cut == 1 else f"{cut:,} long outputs were"
        warnings = (*warnings, f"{outputs} cut to {_OUTPUT_CHARS:,} characters")
    return builder.parsed("notebook", warnings=warnings)


def _cells(book: object) -> list[dict[str, object]] | None:
    """The cells in order; None when this is no notebook. Old ones keep them in worksheets."""
    if not isinstance(book, dict):
        return None
    if isinstance(book.get("cells"), list):
        return _dicts(book["cells"])
    sheets = _dicts(book.get("worksheets"))
    return [cell for sheet in sheets for cell in _dicts(sheet.get("cells"))] if sheets else None


def _said(output: dict[str, object]) -> str:
    """What a cell printed or showed, as text."""
    data = output.get("data", output)
    shown = data.get("text/plain") if isinstance(data, dict) else None
    return _joined(output.get("text", shown))


def _add_code(builder: TextBuilder, text: str) -> None:
    piece: list[str] = []
    for line in text.split("\n"):
        if piece and sum(map(len, piece)) + len(line) > _PIECE_CHARS:
            builder.add(BlockKind.CODE, "\n".join(piece))
            piece = []
        piece.append(line)
    builder.add(BlockKind.CODE, "\n".join(piece))


def _joined(source: object) -> str:
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""


def _dicts(values: object) -> list[dict[str, object]]:
    return [v for v in values if isinstance(v, dict)] if isinstance(values, list) else []
