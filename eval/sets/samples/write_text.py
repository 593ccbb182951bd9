"""Sources set as RTF and EPUB files, written as plain text and XML; no library is needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from xml.sax.saxutils import escape

from eval.sets.samples.markup import Piece, Source, zipped

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
T = TypeVar("T")


def write_rtf(source: Source) -> bytes:
    """The source as RTF in Windows code page 1252, with heading styles and bullets."""
    date = source.date
    stamp = f"\\yr{date.year}\\mo{date.month}\\dy{date.day}\\hr{date.hour}\\min{date.minute}"
    head = [
        r"{\rtf1\ansi\ansicpg1252\deff0\deflang2057",
        r"{\fonttbl{\f0\froman\fcharset0 Times New Roman;}{\f1\fswiss\fcharset0 Arial;}}",
        r"{\colortbl;\red0\green0\blue0;}",
        r"{\stylesheet{\s0 Normal;}{\s1\outlinelevel0\b heading 1;}"
        r"{\s2\outlinelevel1\b heading 2;}}",
        rf"{{\info{{\title {_rtf(source.title)}}}{{\author {_rtf(source.author)}}}"
        rf"{{\creatim{stamp}}}{{\revtim{stamp}}}}}",
        rf"{{\footer\pard\qc\fs18 {_rtf(source.header)}\par}}",
    ]
    body = [_rtf_piece(piece) for piece in source.pieces]
    return "\r\n".join([*head, *body, "}"]).encode("ascii")


def _rtf_piece(piece: Piece) -> str:
    text = _rtf(piece.text)
    if piece.kind == "heading":
        size = 36 if piece.level == 1 else 26
        style = rf"\s{piece.level}\outlinelevel{piece.level - 1}\sb240\f1\b\fs{size}"
        return rf"\pard\plain{style} {text}\par"
    if piece.kind == "bullet":
        return rf"\pard\plain\fi-360\li720\f0\fs22 {{\pntext\bullet\tab}}{text}\par"
    return rf"\pard\plain\s0\sa120\qj\f0\fs22 {text}\par"


def _rtf(text: str) -> str:
    return "".join(_rtf_letter(letter) for letter in text)


def _rtf_letter(letter: str) -> str:
    if letter in "\\{}":
        return "\\" + letter
    if letter.isascii():
        return letter
    byte = letter.encode("cp1252", errors="ignore")
    if byte:
        return f"\\'{byte[0]:02x}"
    # RTF counts UTF-16 units as signed 16-bit numbers; the question mark is for old readers
    return "".join(
        f"\\u{int.from_bytes(unit, 'little', signed=True)}?"
        for unit in (letter.encode("utf-16-le")[at : at + 2] for at in range(0, 4, 2))
        if unit
    )


def write_epub(source: Source) -> bytes:
    """The source as an EPUB 3 book: each heading of the first level is a chapter file."""
    chapters = source.parts(level=1)
    names = [f"chapter-{number:02}.xhtml" for number in range(1, len(chapters) + 1)]
    files: dict[str, bytes | str] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": _XML
        + '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
        '<rootfiles><rootfile full-path="OEBPS/book.opf" '
        'media-type="application/oebps-package+xml"/></rootfiles></container>',
        "OEBPS/book.opf": _package(source, names),
        "OEBPS/nav.xhtml": _page(
            "Contents",
            '<nav epub:type="toc"><h1>Contents</h1><ol>'
            + _each(
                list(zip(names, chapters, strict=True)),
                lambda pair: f'<li><a href="{pair[0]}">{escape(pair[1][0])}</a></li>',
            )
            + "</ol></nav>",
        ),
    }
    for name, (title, pieces) in zip(names, chapters, strict=True):
        items = [piece for piece in pieces if piece.kind == "bullet"]
        body = f"<h1>{escape(title)}</h1>" + _each(
            [piece for piece in pieces if piece.kind == "paragraph"],
            lambda piece: f"<p>{escape(piece.text)}</p>",
        )
        if items:
            body += f"<ul>{_each(items, lambda piece: f'<li>{escape(piece.text)}</li>')}</ul>"
        files[f"OEBPS/{name}"] = _page(title, body)
    return zipped(files)


def _each(items: list[T], show: Callable[[T], str]) -> str:
    return "".join(show(item) for item in items)


def _page(title: str, body: str) -> str:
    return (
        f"{_XML}<!DOCTYPE html>\n"
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" '
        f'lang="en-GB"><head><title>{escape(title)}</title></head><body>{body}</body></html>\n'
    )


def _package(source: Source, names: list[str]) -> str:
    day = source.date.strftime("%Y-%m-%d")
    items = "".join(
        f'<item id="c{number}" href="{name}" media-type="application/xhtml+xml"/>'
        for number, name in enumerate(names, start=1)
    )
    spine = "".join(f'<itemref idref="c{number}"/>' for number in range(1, len(names) + 1))
    return (
        f'{_XML}<package xmlns="http://www.idpf.org/2007/opf" version="3.0" '
        'unique-identifier="id" xml:lang="en-GB">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:identifier id="id">footnote-samples:{escape(source.title)}</dc:identifier>'
        f"<dc:title>{escape(source.title)}</dc:title><dc:creator>{escape(source.author)}</dc:creator>"
        f"<dc:language>en-GB</dc:language><dc:date>{day}</dc:date>"
        f'<meta property="dcterms:modified">{day}T12:00:00Z</meta></metadata>'
        '<manifest><item id="nav" href="nav.xhtml" properties="nav" '
        f'media-type="application/xhtml+xml"/>{items}</manifest><spine>{spine}</spine></package>\n'
    )
