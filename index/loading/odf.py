"""OpenDocument files, as LibreOffice writes them: text (ODT), spreadsheets (ODS), slides (ODP).

What is inside decides, not the name. The content's XML is read as of Word files: no entity is
resolved, nothing outside is fetched. Left out: pictures, comments, deleted text, tables of
contents made by the program.
"""

from __future__ import annotations

import zipfile

from lxml import etree

from index.loading.builder import Parsed, TextBuilder
from index.loading.dates import iso_date
from index.loading.limits import Limits, RefusedError
from index.loading.odf_sheets import add_sheets
from index.loading.odf_slides import add_slides
from index.loading.odf_styles import read_styles
from index.loading.odf_text import Walk
from index.loading.office_parts import office_kind
from index.loading.office_zip import open_zip, read_part, read_xml
from index.types import SkipReason

_KIND = "application/vnd.oasis.opendocument."


def parse(data: bytes, limits: Limits) -> Parsed:
    """Parse an OpenDocument file. Raises RefusedError when it is none, a bomb or encrypted."""
    container = open_zip(data)
    kind = _kind(container)
    _refuse_encrypted(container)
    builder = TextBuilder(limits.text_chars)
    pages: int | None = None
    warnings: list[str] = []
    if kind == "spreadsheet":
        pages, warnings = add_sheets(builder, container, limits)
    else:
        root = read_xml(container, "content.xml")
        body = root.find("{*}body") if root is not None else None
        if root is None or body is None:
            raise RefusedError(SkipReason.DAMAGED, "content.xml has no body")
        others = read_xml(container, "styles.xml")
        styles = read_styles(others, root)
        if kind == "presentation":
            pages, warnings = add_slides(builder, container, body, styles)
        else:
            walk = Walk(builder, styles)
            walk.run(body)
            walk.add_edges(others)
    title, modified = _facts(container)
    if not title and kind == "presentation":
        title = next((builder.text[b.start : b.end] for b in builder.blocks[:1]), None)
    return builder.parsed("odf", title=title, modified=modified, pages=pages, warnings=warnings)


def _kind(container: zipfile.ZipFile) -> str:
    """``text``, ``spreadsheet`` or ``presentation``."""
    said = (read_part(container, "mimetype") or b"").strip().decode("ascii", "replace")
    if (
        "content.xml" not in container.NameToInfo
        and "encrypted-package" not in container.NameToInfo
    ):
        raise RefusedError(SkipReason.NOT_AS_NAMED, office_kind(container, "an OpenDocument file"))
    kind = said.removeprefix(_KIND).partition("-")[0]
    if kind not in ("text", "spreadsheet", "presentation"):
        raise RefusedError(SkipReason.NOT_AS_NAMED, f"a file of the kind {said[:80] or 'unknown'}")
    return kind


def _refuse_encrypted(container: zipfile.ZipFile) -> None:
    manifest = read_xml(container, "META-INF/manifest.xml")
    if "encrypted-package" in container.NameToInfo or (
        manifest is not None and next(manifest.iter("{*}encryption-data"), None) is not None
    ):
        raise RefusedError(SkipReason.ENCRYPTED)


def _facts(container: zipfile.ZipFile) -> tuple[str | None, str | None]:
    """Title and date of change."""
    root = read_xml(container, "meta.xml")
    meta: etree._Element | None = root.find("{*}meta") if root is not None else None
    if meta is None:
        return None, None
    return meta.findtext("{*}title"), iso_date(meta.findtext("{*}date"))
