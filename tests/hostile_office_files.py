"""Bad spreadsheets, presentations and OpenDocument files.

What must become of each is told in `hostile_outcomes.csv`.
"""

from __future__ import annotations

from collections.abc import Mapping

from hostile_files import (
    Make,
    body_xml,
    bomb,
    docx_bytes,
    laughs_xml,
    many_entries,
    nested_zip,
    of_bytes,
    of_text,
    page_stream,
    pdf_bytes,
)
from office_files import odf_parts, pptx_parts, shape, text_cell, xlsx_parts, zipped

_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
_LOCKED = _OLD + "EncryptedPackage".encode("utf-16-le") + bytes(600)
_ROW = f"<sheetData><row>{text_cell('A1', 'kept words')}</row></sheetData>"


def _declared(xml: str | bytes, name: str) -> str:
    """The XML with a document type in front whose entities grow, or reach out."""
    laughs = laughs_xml().partition("]>")[0].replace("w:document", name) + "]>"
    return f"{laughs}{xml.decode() if isinstance(xml, bytes) else xml}"


def _with(parts: dict[str, str | bytes], name: str, root: str) -> bytes:
    return zipped({**parts, name: _declared(parts[name], root).replace("kept words", "&a10;")})


def _outside(parts: dict[str, str | bytes], name: str, root: str) -> bytes:
    xml = str(parts[name]).replace("kept words", "&x;")
    mark = f'<!DOCTYPE {root} [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return zipped({**parts, name: mark + xml})


def _bomb(parts: Mapping[str, str | bytes], name: str) -> Make:
    return lambda path: bomb(path, parts, name)


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

OFFICE_MAKERS: dict[str, Make] = {
    "good.xlsx": of_bytes(zipped(_XLSX)),
    "good.pptx": of_bytes(zipped(_PPTX)),
    "good.odt": of_bytes(zipped(_ODT)),
    "good.ods": of_bytes(zipped(_ODS)),
    "bomb.xlsx": _bomb(_XLSX, _SHEET),
    "bomb.pptx": _bomb(_PPTX, _SLIDE),
    "bomb.odt": _bomb(_ODT, _CONTENT),
    "bomb.ods": _bomb(_ODS, _CONTENT),
    "laughs.xlsx": of_bytes(_with(_XLSX, _SHEET, "worksheet")),
    "laughs.pptx": of_bytes(_with(_PPTX, _SLIDE, "p:sld")),
    "laughs.odt": of_bytes(_with(_ODT, _CONTENT, "office:document-content")),
    "laughs.ods": of_bytes(_with(_ODS, _CONTENT, "office:document-content")),
    "xxe.xlsx": of_bytes(_outside(_XLSX, _SHEET, "worksheet")),
    "xxe.pptx": of_bytes(_outside(_PPTX, _SLIDE, "p:sld")),
    "xxe.ods": of_bytes(_outside(_ODS, _CONTENT, "office:document-content")),
    "entries.xlsx": many_entries,
    "entries.odp": many_entries,
    "locked.xlsx": of_bytes(_LOCKED),
    "locked.pptx": of_bytes(_LOCKED),
    "locked.odt": of_bytes(_locked_odt()),
    "zip-locked.xlsx": of_bytes(_stored_encrypted()),
    "old.xlsx": of_bytes(_OLD),
    "old.pptx": of_bytes(_OLD),
    "word.xlsx": of_bytes(docx_bytes(body_xml("x"))),
    "sheet.pptx": of_bytes(zipped(_XLSX)),
    "slides.odt": of_bytes(zipped(_PPTX)),
    "pdf.ods": of_bytes(pdf_bytes([page_stream("x")])),
    "text.xlsx": of_text("only words"),
    "binary.xlsx": of_bytes(zipped({"xl/workbook.bin": b"x"})),
    "formula.odt": of_bytes(zipped(odf_parts("formula", "<text:p>x</text:p>"))),
    "torn.xlsx": of_bytes(zipped({**_XLSX, **_TORN})),
    "truncated.pptx": of_bytes(zipped(_PPTX)[:-40]),
    "truncated.ods": of_bytes(zipped(_ODS)[:-40]),
    "empty.xlsx": of_bytes(zipped(xlsx_parts(""))),
    "empty.pptx": of_bytes(zipped(pptx_parts(""))),
    "nothing.ods": of_bytes(b""),
    "deep.pptx": of_bytes(zipped(pptx_parts(_deep_groups()))),
    "climbing.xlsx": of_bytes(zipped({**_XLSX, "../../climbed.txt": b"out", "/abs.txt": b"out"})),
    "nested.pptx": of_bytes(zipped({**_PPTX, "ppt/embeddings/inner.zip": nested_zip()})),
    "open-quote.csv": of_text('a,b\n1,"open\n' + "2,3\n" * 900),
    "cell.csv": of_text('a,b\n"' + "x" * 15_000_000 + '",kept\n'),
    "zip.csv": of_bytes(zipped(_XLSX)),
    "wide.csv": of_text("north," * 2_000_000),
}
