"""EPUB: the book's pages in their reading order, each chapter under its heading.

The pages go through the HTML loader's own walk. The container is bounded like an Office file; no
entity is expanded and nothing is fetched. Left out: the table of contents (headings say it), the
cover, pictures, scripts. A book under copy protection is refused as encrypted.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from index.loading.builder import Parsed, TextBuilder, one_line
from index.loading.dates import iso_date
from index.loading.html import add_html, decode_page
from index.loading.limits import Limits, RefusedError
from index.loading.office_zip import open_zip, read_part
from index.loading.parts import add_part, has_words_first
from index.types import BlockKind, SkipReason

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_MAX_UNPACKED = 150_000_000  #: bytes of all pages together
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document")
_NCX = "application/x-dtbncx+xml"
_LABEL_CHARS = 200


@dataclass(frozen=True, slots=True)
class _Item:
    """A file of the book as its manifest lists it."""

    name: str
    media_type: str
    properties: frozenset[str]


def parse(data: bytes, limits: Limits) -> Parsed:
    """Parse a book. Raises RefusedError when it is damaged, protected or a bomb."""
    with open_zip(data) as container:
        package_name = _package_name(container)
        package = _xml(container, package_name)
        if package is None:
            raise RefusedError(SkipReason.DAMAGED, f"the package {package_name} is missing")
        items = _manifest(package, posixpath.dirname(package_name))
        pages = _spine(package, items)
        _refuse_protected(container, pages)
        labels = _labels(container, items)
        builder = TextBuilder(limits.text_chars)
        missing = _add_pages(builder, container, pages, labels, limits)
    lost = f"{missing:,} of {len(pages):,} pages were missing or damaged"
    return builder.parsed(
        "epub",
        title=_first(package, "title"),
        modified=_modified(package),
        warnings=[lost] if missing else [],
    )


def _xml(container: zipfile.ZipFile, name: str) -> etree._Element | None:
    """A part as XML. Books do declare document types: entities in them stay unexpanded."""
    data = read_part(container, name)
    if data is None:
        return None
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise RefusedError(SkipReason.DAMAGED, f"{name}: {error.msg}"[:300]) from None


def _package_name(container: zipfile.ZipFile) -> str:
    root = _xml(container, _CONTAINER)
    if root is None:
        raise RefusedError(SkipReason.NOT_AS_NAMED, "a ZIP file without a book in it")
    for node in root.iter("{*}rootfile"):
        path = node.get("full-path")
        if path:
            return str(path)
    raise RefusedError(SkipReason.DAMAGED, f"{_CONTAINER} names no package")


def _manifest(package: etree._Element, folder: str) -> dict[str, _Item]:
    items: dict[str, _Item] = {}
    for node in package.iter("{*}item"):
        target = unquote(node.get("href") or "")
        # What climbs out of the book is a name that no part has: nothing is opened on the disk.
        name = posixpath.normpath(posixpath.join(folder, target))
        properties = frozenset((node.get("properties") or "").split())
        items[node.get("id") or ""] = _Item(name, node.get("media-type") or "", properties)
    return items


def _spine(package: etree._Element, items: Mapping[str, _Item]) -> list[str]:
    """Names of the pages in reading order, each once; the table of contents is no page."""
    names: list[str] = []
    for node in package.iter("{*}itemref"):
        item = items.get(node.get("idref") or "")
        if item is not None and item.media_type in _PAGES and "nav" not in item.properties:
            names.append(item.name)
    if not names:
        names = [item.name for item in items.values() if item.media_type in _PAGES]
    return list(dict.fromkeys(names))


def _refuse_protected(container: zipfile.ZipFile, pages: list[str]) -> None:
    """Fonts may be scrambled and harm nobody; a page that is encrypted cannot be read."""
    root = _xml(container, _ENCRYPTION)
    if root is None:
        return
    named = {unquote(node.get("URI") or "") for node in root.iter("{*}CipherReference")}
    if named.intersection(pages):
        raise RefusedError(SkipReason.ENCRYPTED, "the book is under copy protection")


def _labels(container: zipfile.ZipFile, items: Mapping[str, _Item]) -> dict[str, str]:
    """What the table of contents calls each page: the first entry that leads to it."""
    labels: dict[str, str] = {}
    for item in items.values():
        is_nav, is_ncx = "nav" in item.properties, item.media_type == _NCX
        if not is_nav and not is_ncx:
            continue
        try:
            root = _xml(container, item.name)
        except RefusedError:
            continue  # the pages have headings of their own
        if root is None:
            continue
        folder = posixpath.dirname(item.name)
        for target, label in _nav_entries(root) if is_nav else _ncx_entries(root):
            name = posixpath.normpath(posixpath.join(folder, unquote(target.partition("#")[0])))
            said = one_line(label)[:_LABEL_CHARS]
            if said:
                labels.setdefault(name, said)
    return labels


def _nav_entries(root: etree._Element) -> list[tuple[str, str]]:
    return [
        (link.get("href") or "", "".join(link.itertext()))
        for nav in root.iter("{*}nav")
        if (nav.get("{http://www.idpf.org/2007/ops}type") or "toc") == "toc"
        for link in nav.iter("{*}a")
    ]


def _ncx_entries(root: etree._Element) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    for point in root.iter("{*}navPoint"):
        content, label = point.find("{*}content"), point.find("{*}navLabel")
        if content is not None and label is not None:
            out.append((content.get("src") or "", "".join(label.itertext())))
    return out


def _add_pages(
    builder: TextBuilder,
    container: zipfile.ZipFile,
    pages: list[str],
    labels: Mapping[str, str],
    limits: Limits,
) -> int:
    """Add all pages; how many could not be read. A bomb is refused, not skipped."""
    missing = unpacked = 0
    for name in pages:
        try:
            data = read_part(container, name)
        except RefusedError as refused:
            if refused.reason is not SkipReason.DAMAGED:
                raise
            data = None
        if data is None:
            missing += 1
            continue
        unpacked += len(data)
        if unpacked > _MAX_UNPACKED:
            raise RefusedError(
                SkipReason.TOO_LARGE, f"the pages unpack to more than {_MAX_UNPACKED:,} bytes"
            )
        page = TextBuilder(limits.text_chars)
        add_html(page, decode_page(data)[0])
        builder.unseen += page.unseen
        label = labels.get(name)
        blocks = page.blocks
        if label and has_words_first(blocks):
            first = blocks[0]
            if one_line(page.text[first.start : first.end]).casefold() == label.casefold():
                blocks = blocks[1:]  # some programs write headings as plain paragraphs
            builder.add(BlockKind.HEADING, label, level=1)
        add_part(builder, page.text, blocks)
    return missing


def _first(package: etree._Element, name: str) -> str | None:
    for node in package.iter(f"{{http://purl.org/dc/elements/1.1/}}{name}"):
        said = one_line("".join(node.itertext()))
        if said:
            return said
    return None


def _modified(package: etree._Element) -> str | None:
    for node in package.iter("{*}meta"):
        if node.get("property") == "dcterms:modified":
            found = iso_date(node.text)
            if found:
                return found
    return iso_date(_first(package, "date"))
