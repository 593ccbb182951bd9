"""XML: elements as records, like JSON's, ``name: value | address.city: value``.

An element whose text has others within it is one text. Attributes are fields of their element. A
page is read as a page. Entities that a file declares are not expanded, nothing is fetched. What is
not well formed is read as plain text, with a warning.
"""

from __future__ import annotations

import re

from lxml import etree

from index.loading import html
from index.loading.builder import Parsed, TextBuilder
from index.loading.encoding import decode
from index.loading.json_records import add_records
from index.loading.limits import Limits, RefusedError
from index.loading.text import add_plain
from index.types import SkipReason

_SCHEMA = "{http://www.w3.org/2001/XMLSchema-instance}"
_TAG = re.compile(r"<[^<>]{0,2000}>")


def parse(data: bytes, limits: Limits) -> Parsed:
    """Parse an XML file. Raises RefusedError when it is empty or no text."""
    if len(data) > limits.text_chars * 4:
        raise RefusedError(SkipReason.TOO_LARGE, f"{len(data):,} bytes of XML")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    builder = TextBuilder(limits.text_chars)
    try:
        root = etree.fromstring(data.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        text, warnings = decode(data)
        add_plain(builder, _TAG.sub(" ", text))
        line = getattr(error, "lineno", None)
        where = f" (line {line})" if line else ""
        wrong = f"not well-formed XML{where}; read as plain text"
        return builder.parsed("xml_records", warnings=(*warnings, wrong))
    if _name(root.tag).lower() == "html":
        return html.parse(data, limits)
    value = _value(root)
    said = add_records(builder, [value if isinstance(value, dict) else {_name(root.tag): value}])
    return builder.parsed("xml_records", warnings=said)


def _value(node: etree._Element) -> object:
    """An element as a text, or as a record of its attributes and of what is in it."""
    children = [child for child in node if isinstance(child.tag, str)]
    words = (node.text or "").strip() or any((child.tail or "").strip() for child in node)
    record: dict[str, object] = {
        _name(str(name)): str(value)
        for name, value in node.attrib.items()
        if not str(name).startswith(_SCHEMA)
    }
    if words or not children:
        said = "".join(map(str, node.itertext())).strip()
        if not record:
            return said
        return {**record, "value": said} if said else record
    for child in children:
        name, value = _name(str(child.tag)), _value(child)
        before = record.get(name)
        if before is None:
            record[name] = value
        elif isinstance(before, list):
            before.append(value)
        else:
            record[name] = [before, value]
    return record


def _name(tag: object) -> str:
    return str(tag).rpartition("}")[2]
