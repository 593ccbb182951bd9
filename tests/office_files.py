"""Office files for tests: written by other programs than our readers, or by hand to do harm."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from index.loading.builder import Parsed

SOFFICE = shutil.which("soffice")
needs_soffice = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")


def said(parsed: Parsed) -> list[tuple[str, int | None, str]]:
    """Kind, page and words of each block."""
    return [
        (block.kind.value, block.page, parsed.text[block.start : block.end])
        for block in parsed.blocks
    ]


def words(parsed: Parsed) -> list[str]:
    return [text for _, _, text in said(parsed)]


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A ZIP container of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, data in parts.items():
            container.writestr(name, data)
    return out.getvalue()


def convert(data: bytes, suffix: str, to: str, folder: Path) -> bytes:
    """The same document as LibreOffice writes it in another format."""
    assert SOFFICE is not None
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / f"made{suffix}"
    source.write_bytes(data)
    profile = (folder / "profile").resolve().as_uri()
    subprocess.run(
        [
            SOFFICE,
            "--headless",
            f"-env:UserInstallation={profile}",
            "--convert-to",
            to,
            "--outdir",
            str(folder / "out"),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return (folder / "out" / f"made.{to}").read_bytes()


_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_REL = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_PACKAGE = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def relation_part(targets: Mapping[str, tuple[str, str]], external: Sequence[str] = ()) -> str:
    """A .rels part: id -> (kind, target)."""
    outside = dict.fromkeys(external, ' TargetMode="External"')
    rows = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"'
        f"{outside.get(key, '')}/>"
        for key, (kind, target) in targets.items()
    )
    return f"<Relationships {_PACKAGE}>{rows}</Relationships>"


def xlsx_parts(sheet: str, strings: str = "", workbook: str = "") -> dict[str, str | bytes]:
    """The parts of a workbook with one sheet, given the inside of its XML."""
    return {
        "xl/workbook.xml": f"<workbook {_MAIN} {_REL}>{workbook}<sheets>"
        '<sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relation_part({"rId1": ("worksheet", "worksheets/s.xml")}),
        "xl/worksheets/s.xml": f"<worksheet {_MAIN} {_REL}>{sheet}</worksheet>",
        "xl/sharedStrings.xml": f"<sst {_MAIN}>{strings}</sst>",
    }


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"


def pptx_parts(slide: str) -> dict[str, str | bytes]:
    """The parts of a presentation with one slide, given the inside of its shape tree."""
    return {
        "ppt/presentation.xml": f'<p:presentation xmlns:p="{_P}" {_REL}><p:sldIdLst>'
        '<p:sldId id="256" r:id="rId1"/></p:sldIdLst></p:presentation>',
        "ppt/_rels/presentation.xml.rels": relation_part({"rId1": ("slide", "slides/s.xml")}),
        "ppt/slides/s.xml": f'<p:sld xmlns:p="{_P}" xmlns:a="{_A}" {_REL}><p:cSld><p:spTree>'
        f"{slide}</p:spTree></p:cSld></p:sld>",
    }


def shape(text: str) -> str:
    return f"<p:sp><p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"


_ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" '
    'xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0"'
)


def odf_parts(kind: str, body: str, styles: str = "", before: str = "") -> dict[str, str | bytes]:
    """The parts of an OpenDocument file: ``kind`` is text, spreadsheet or presentation."""
    return {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": f"{before}<office:document-content {_ODF}><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}>"
        "</office:body></office:document-content>",
    }
