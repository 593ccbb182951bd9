"""What a page says by looks, made plain in its tree before the tree is read: raised digits."""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement as Element

from index.loading.raised import raised

#: Elements that end a line of words; headings, captions and `pre` are known apart.
BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figure "
    "footer form header hr html legend li main menu nav ol optgroup option p section summary "
    "tbody td tfoot th thead tr ul table".split()
)
_OTHER_BLOCKS = frozenset("h1 h2 h3 h4 h5 h6 caption figcaption pre br".split())
_RAISED_STYLE = re.compile(r"vertical-align\s*:\s*super", re.I)


def make_plain(root: Element) -> None:
    """Write out in the tree what else only its looks would say."""
    _raise_digits(root)


def _raise_digits(root: Element) -> None:
    before = ""  # the last character of the line so far
    for event, node in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(node.tag, str):
            continue
        if node.tag in BLOCKS or node.tag in _OTHER_BLOCKS:
            before = ""
        if event == "start":
            if node.tag == "sup" or _RAISED_STYLE.search(node.get("style") or ""):
                _raise(node, before)
            before = (node.text or "")[-1:] or before
        else:
            before = (node.tail or "")[-1:] or before


def _raise(node: Element, before: str) -> None:
    words = node.text_content()
    if raised(words, before) == words:
        return
    for part in node.iter():
        part.text = raised(part.text or "", before)
        if part is not node:
            part.tail = raised(part.tail or "", before)
