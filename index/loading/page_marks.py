"""What a page says by looks, made plain in its tree before the tree is read.

Struck words go, and figures above the line become raised digits.
"""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement as Element

from index.loading.furniture import UNSEEN
from index.loading.raised import raised

#: Elements that end a line of words; headings, captions and `pre` are known apart.
BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figure "
    "footer form header hr html legend li main menu nav ol optgroup option p section summary "
    "tbody td tfoot th thead tr ul table".split()
)
_OTHER_BLOCKS = frozenset("h1 h2 h3 h4 h5 h6 caption figcaption pre br".split())
_BOLD = frozenset(("b", "strong", "th"))
_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.I)
_STRUCK = frozenset(("s", "strike", "del"))
_STRUCK_STYLE = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.I)
_RAISED_STYLE = re.compile(r"vertical-align\s*:\s*super", re.I)


def make_plain(root: Element) -> None:
    """Write out in the tree what else only its looks would say."""
    _drop_struck(root)
    _raise_digits(root)


def _drop_struck(root: Element) -> None:
    """Remove what is struck out; a page that is struck as a whole is kept."""
    struck = [node for node in root.iter() if node is not root and _is_struck(node)]
    gone = {*struck}
    outer = [node for node in struck if gone.isdisjoint(node.iterancestors())]
    if sum(map(_letters, outer)) < _letters(root):
        for node in outer:
            node.drop_tree()


def _is_struck(node: Element) -> bool:
    style = node.get("style") if isinstance(node.tag, str) else None
    return node.tag in _STRUCK or bool(style and _STRUCK_STYLE.search(style))


def _letters(node: Element) -> int:
    """How many letters and digits a reader sees below a node."""
    said = (
        ("" if part.tag in UNSEEN else part.text or "") + ("" if part is node else part.tail or "")
        for part in node.iter()
    )
    return sum(map(str.isalnum, "".join(said)))


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


def is_bold(node: Element) -> bool:
    """Whether there are words below a node and all of them are bold."""
    found = False
    stack = [node]
    while stack:
        part = stack.pop()
        if part is not node and (part.tail or "").strip():
            return False
        if part.tag in _BOLD or _BOLD_STYLE.search(part.get("style") or ""):
            found = found or bool(part.text_content().strip())
        elif (part.text or "").strip():
            return False
        else:
            stack.extend(part)
    return found
