"""Bad spreadsheets, presentations and OpenDocument files, and what must become of each.

Rows like those of `hostile_files`, for the formats that came later.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from hostile_files import (
    IN_PART,
    READ,
    HostileFile,
    _bytes,
    _laughs,
    _many_entries,
    _nested_zip,
    _text,
    body_xml,
    docx_bytes,
    page_stream,
    pdf_bytes,
)
from office_files import odf_parts, pptx_parts, shape, text_cell, xlsx_parts, zipped

from index.types import SkipReason

_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
_LOCKED = _OLD + "EncryptedPackage".encode("utf-16-le") + bytes(600)
_ROW = f"<sheetData><row>{text_cell('A1', 'kept words')}</row></sheetData>"


def _declared(xml: str | bytes, name: str) -> str:
    """The XML with a document type in front whose entities grow, or reach out."""
    laughs = _laughs().partition("]>")[0].replace("w:document", name) + "]>"
    return f"{laughs}{xml.decode() if isinstance(xml, bytes) else xml}"


def _with(parts: dict[str, str | bytes], name: str, root: str) -> bytes:
    return zipped({**parts, name: _declared(parts[name], root).replace("kept words", "&a10;")})


def _outside(parts: dict[str, str | bytes], name: str, root: str) -> bytes:
    xml = str(parts[name]).replace("kept words", "&x;")
    mark = f'<!DOCTYPE {root} [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return zipped({**parts, name: mark + xml})


def _bomb(parts: dict[str, str | bytes], name: str):
    """Six hundred megabytes of blanks inside one part."""

    def make(path: Path) -> None:
        head, tail = str(parts[name]).split("kept words")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as container:
            for other, data in parts.items():
                if other != name:
                    container.writestr(other, data)
            with container.open(name, "w", force_zip64=True) as part:
                part.write(head.encode())
                for _ in range(60):
                    part.write(b" " * 10_000_000)
                part.write(tail.encode())

    return make


def _locked_odt() -> bytes:
    manifest = (
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><m:file-entry>'
        "<m:encryption-data/></m:file-entry></m:manifest>"
    )
    return zipped({**odf_parts("text", ""), "META-INF/manifest.xml": manifest})


def _deep_groups() -> str:
    inner = shape("kept words")
    for _ in range(400):
        inner = f"<p:grpSp>{inner}</p:grpSp>"
    return shape("outer words") + inner


def _stored_encrypted() -> bytes:
    """A ZIP whose entries say that they need a password."""
    data = bytearray(zipped(xlsx_parts(_ROW)))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


_XLSX, _PPTX = xlsx_parts(_ROW), pptx_parts(shape("kept words"))
_ODT = odf_parts(
    "text",
    "<text:p xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0'>kept words</text:p>",
)
_ODS = odf_parts(
    "spreadsheet",
    "<table:table><table:table-row><table:table-cell><text:p>kept words</text:p>"
    "</table:table-cell></table:table-row></table:table>",
)
_SHEET, _SLIDE, _CONTENT = "xl/worksheets/s.xml", "ppt/slides/s.xml", "content.xml"
_TORN = {_SHEET: "<worksheet><sheetData><row>"}

HOSTILE_OFFICE: tuple[HostileFile, ...] = (
    HostileFile("good.xlsx", _bytes(zipped(_XLSX)), (READ,), keeps="kept words"),
    HostileFile("good.pptx", _bytes(zipped(_PPTX)), (READ,), keeps="kept words"),
    HostileFile("good.odt", _bytes(zipped(_ODT)), (READ,), keeps="kept words"),
    HostileFile("good.ods", _bytes(zipped(_ODS)), (READ,), keeps="kept words"),
    HostileFile("bomb.xlsx", _bomb(_XLSX, _SHEET), (SkipReason.TOO_LARGE,)),
    HostileFile("bomb.pptx", _bomb(_PPTX, _SLIDE), (SkipReason.TOO_LARGE,)),
    HostileFile("bomb.odt", _bomb(_ODT, _CONTENT), (SkipReason.TOO_LARGE,)),
    HostileFile("bomb.ods", _bomb(_ODS, _CONTENT), (SkipReason.TOO_LARGE,)),
    HostileFile("laughs.xlsx", _bytes(_with(_XLSX, _SHEET, "worksheet")), (SkipReason.DAMAGED,)),
    HostileFile("laughs.pptx", _bytes(_with(_PPTX, _SLIDE, "p:sld")), (SkipReason.DAMAGED,)),
    HostileFile(
        "laughs.odt",
        _bytes(_with(_ODT, _CONTENT, "office:document-content")),
        (SkipReason.DAMAGED,),
    ),
    HostileFile(
        "laughs.ods",
        _bytes(_with(_ODS, _CONTENT, "office:document-content")),
        (SkipReason.DAMAGED,),
    ),
    HostileFile("xxe.xlsx", _bytes(_outside(_XLSX, _SHEET, "worksheet")), (SkipReason.DAMAGED,)),
    HostileFile("xxe.pptx", _bytes(_outside(_PPTX, _SLIDE, "p:sld")), (SkipReason.DAMAGED,)),
    HostileFile(
        "xxe.ods",
        _bytes(_outside(_ODS, _CONTENT, "office:document-content")),
        (SkipReason.DAMAGED,),
    ),
    HostileFile("entries.xlsx", _many_entries, (SkipReason.TOO_LARGE,)),
    HostileFile("entries.odp", _many_entries, (SkipReason.TOO_LARGE,)),
    HostileFile("locked.xlsx", _bytes(_LOCKED), (SkipReason.ENCRYPTED,)),
    HostileFile("locked.pptx", _bytes(_LOCKED), (SkipReason.ENCRYPTED,)),
    HostileFile("locked.odt", _bytes(_locked_odt()), (SkipReason.ENCRYPTED,)),
    HostileFile("zip-locked.xlsx", _bytes(_stored_encrypted()), (SkipReason.ENCRYPTED,)),
    HostileFile("old.xlsx", _bytes(_OLD), (SkipReason.NOT_AS_NAMED,)),
    HostileFile("old.pptx", _bytes(_OLD), (SkipReason.NOT_AS_NAMED,)),
    HostileFile("word.xlsx", _bytes(docx_bytes(body_xml("x"))), (SkipReason.NOT_AS_NAMED,)),
    HostileFile("sheet.pptx", _bytes(zipped(_XLSX)), (SkipReason.NOT_AS_NAMED,)),
    HostileFile("slides.odt", _bytes(zipped(_PPTX)), (SkipReason.NOT_AS_NAMED,)),
    HostileFile("pdf.ods", _bytes(pdf_bytes([page_stream("x")])), (SkipReason.NOT_AS_NAMED,)),
    HostileFile("text.xlsx", _text("only words"), (SkipReason.NOT_AS_NAMED,)),
    HostileFile(
        "binary.xlsx", _bytes(zipped({"xl/workbook.bin": b"x"})), (SkipReason.NOT_AS_NAMED,)
    ),
    HostileFile(
        "formula.odt",
        _bytes(zipped(odf_parts("formula", "<text:p>x</text:p>"))),
        (SkipReason.NOT_AS_NAMED,),
    ),
    HostileFile("torn.xlsx", _bytes(zipped({**_XLSX, **_TORN})), (SkipReason.DAMAGED,)),
    HostileFile("truncated.pptx", _bytes(zipped(_PPTX)[:-40]), (SkipReason.DAMAGED,)),
    HostileFile("truncated.ods", _bytes(zipped(_ODS)[:-40]), (SkipReason.DAMAGED,)),
    HostileFile("empty.xlsx", _bytes(zipped(xlsx_parts(""))), (SkipReason.EMPTY,)),
    HostileFile("empty.pptx", _bytes(zipped(pptx_parts(""))), (SkipReason.EMPTY,)),
    HostileFile("nothing.ods", _bytes(b""), (SkipReason.EMPTY,)),
    HostileFile(
        "deep.pptx",
        _bytes(zipped(pptx_parts(_deep_groups()))),
        (READ, IN_PART),
        keeps="outer words",
    ),
    HostileFile(
        "climbing.xlsx",
        _bytes(zipped({**_XLSX, "../../climbed.txt": b"out", "/abs.txt": b"out"})),
        (READ,),
        keeps="kept words",
    ),
    HostileFile(
        "nested.pptx",
        _bytes(zipped({**_PPTX, "ppt/embeddings/inner.zip": _nested_zip()})),
        (READ,),
        keeps="kept words",
    ),
    HostileFile("open-quote.csv", _text('a,b\n1,"open\n' + "2,3\n" * 900), (IN_PART,), keeps="2"),
    HostileFile(
        "cell.csv", _text('a,b\n"' + "x" * 15_000_000 + '",kept\n'), (IN_PART,), keeps="kept"
    ),
    HostileFile("zip.csv", _bytes(zipped(_XLSX)), (SkipReason.NOT_AS_NAMED,)),
    HostileFile("wide.csv", _text("north," * 2_000_000), (IN_PART,), keeps="north"),
)
