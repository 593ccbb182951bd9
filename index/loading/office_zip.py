"""Opens an Office file's ZIP container, refusing bombs before anything is unpacked.

Parts are read by name into memory; nothing is ever written, so `../` in a name reaches nowhere.
"""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator

from lxml import etree

from index.loading.limits import RefusedError
from index.types import SkipReason

_MAX_ENTRIES = 10_000  #: a long report with a picture a page has some hundreds
_MAX_PART = 300_000_000  #: bytes unpacked; the XML of a 5,000-page book is about a tenth of it
_MAX_RATIO = 250  #: repetitive Word XML packs about 1:40
_RATIO_FROM = 5_000_000  #: smaller parts harm nobody, however well they pack
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_END = b"PK\x05\x06"
_END64 = b"PK\x06\x06"


def open_zip(data: bytes) -> zipfile.ZipFile:
    """The container. Raises RefusedError when it is damaged, encrypted or a bomb."""
    entries = count_entries(data)
    if entries > _MAX_ENTRIES:
        raise RefusedError(SkipReason.TOO_LARGE, f"{entries:,} entries, limit {_MAX_ENTRIES:,}")
    try:
        container = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise RefusedError(SkipReason.DAMAGED, f"no readable ZIP container: {error}") from None
    if len(container.infolist()) > _MAX_ENTRIES:
        raise RefusedError(SkipReason.TOO_LARGE, f"more than {_MAX_ENTRIES:,} entries")
    return container


def count_entries(data: bytes) -> int:
    """Entries the directory announces, without reading the directory itself."""
    place = data.rfind(_END, max(0, len(data) - 66_000))
    if place < 0 or place + 22 > len(data):
        return 0
    count: int = struct.unpack_from("<H", data, place + 10)[0]
    place64 = data.rfind(_END64, max(0, place - 2000), place)
    if count == 0xFFFF and 0 <= place64 <= len(data) - 40:
        count = struct.unpack_from("<Q", data, place64 + 32)[0]
    return count


def read_part(container: zipfile.ZipFile, name: str) -> bytes | None:
    """One part unpacked, None when there is none of that name."""
    try:
        info = container.getinfo(name)
    except KeyError:
        return None
    if info.flag_bits & 1:
        raise RefusedError(SkipReason.ENCRYPTED)
    allowed = min(_MAX_PART, max(_RATIO_FROM, info.compress_size * _MAX_RATIO))
    try:
        with container.open(info) as part:
            unpacked = part.read(allowed + 1)  # the announced size may lie
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, zlib.error) as error:
        raise RefusedError(SkipReason.DAMAGED, f"{name}: {error}") from None
    if len(unpacked) > allowed:
        detail = f"{name} unpacks to more than {allowed:,} bytes from {info.compress_size:,}"
        raise RefusedError(SkipReason.TOO_LARGE, detail)
    return unpacked


def read_xml(container: zipfile.ZipFile, name: str) -> etree._Element | None:
    """One part as XML. Entities are never resolved; a document type is refused outright."""
    data = read_part(container, name)
    if data is None:
        return None
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, recover=False
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise RefusedError(SkipReason.DAMAGED, f"{name}: {error.msg}"[:300]) from None
    _refuse_document_type(root, name)
    return root


def stream_xml(
    container: zipfile.ZipFile, name: str, tags: tuple[str, ...]
) -> Iterator[etree._Element]:
    """Elements of these tags, in any namespace, each as it is closed: for parts too large to hold.

    Each is emptied once the caller has seen it. Entities and document types as in `read_xml`.
    """
    data = read_part(container, name)
    if data is None:
        return
    walk = etree.iterparse(
        io.BytesIO(data),
        events=("end",),
        tag=tuple(f"{{*}}{tag}" for tag in tags),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )
    checked = False
    try:
        for _, node in walk:
            if not checked:
                checked = True
                _refuse_document_type(node, name)
            yield node
            _forget(node)
    except etree.XMLSyntaxError as error:
        raise RefusedError(SkipReason.DAMAGED, f"{name}: {error.msg}"[:300]) from None
    _refuse_document_type(walk.root, name)


def _refuse_document_type(node: etree._Element, name: str) -> None:
    if node.getroottree().docinfo.doctype:
        # The Office formats forbid it; it serves only to smuggle entities in.
        raise RefusedError(SkipReason.DAMAGED, f"{name} declares a document type")


def _forget(node: etree._Element) -> None:
    """Free an element that was seen, and the ones before it."""
    node.clear()
    parent = node.getparent()
    while parent is not None and node.getprevious() is not None:
        del parent[0]


def relations(container: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """What a part refers to: id -> (last word of the kind, name of the part); none outside."""
    folder, _, file = part.rpartition("/")
    root = read_xml(container, f"{folder}/_rels/{file}.rels".lstrip("/"))
    if root is None:
        return {}
    return {
        node.get("Id", ""): (
            node.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, node.get("Target", ""))).lstrip("/"),
        )
        for node in root.iter(_RELATIONS)
        if node.get("TargetMode") != "External"
    }
