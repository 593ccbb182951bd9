"""What a page says by looks, made plain in its tree before the tree is read.

Struck words go, figures above the line become raised digits, names and their values become one
line, bold lines headings, and the paragraphs that Word numbers items of a list.
"""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement as Element

from index.loading.bold_headings import could_head
from index.loading.builder import one_line
from index.loading.furniture import UNSEEN
from index.loading.raised import raised

#: Elements that end a line of words; headings, captions and `pre` are known apart.
BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figure "
    "footer form header hr html legend li main menu nav ol optgroup option p section summary "
    "tbody td tfoot th thead tr ul table".split()
)
_OTHER_BLOCKS = frozenset("h1 h2 h3 h4 h5 h6 caption figcaption pre".split())
_NAME_CHARS = 80
_LIST_CLASS = re.compile(r"MsoListParagraph", re.I)
_LIST_LEVEL = re.compile(r"mso-list\s*:[^;]*\blevel([1-9])")
_MARKER = re.compile(
    r"\s*(?:([·•▪◦‣§\uf0a7\uf0b7o–-])\s+|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,4})[.)]\s)"
)
_HEADED = frozenset("p ul ol dl table div blockquote pre section".split())
_NO_HEADINGS_IN = ("li", "td", "th", "dt", "dd", "blockquote", "figure", "caption")
_BOLD = frozenset(("b", "strong", "th"))
_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.I)
_STRUCK = frozenset(("s", "strike", "del"))
_STRUCK_STYLE = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.I)
_RAISED_STYLE = re.compile(r"vertical-align\s*:\s*super", re.I)


def make_plain(root: Element) -> None:
    """Write out in the tree what else only its looks would say."""
    _drop_struck(root)
    _raise_digits(root)
    _join_values(root)
    _find_items(root)
    _find_headings(root)


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
        if node.tag in BLOCKS or node.tag in _OTHER_BLOCKS or node.tag == "br":
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


def _join_values(root: Element) -> None:
    """Write the lists of names and values as ``Weight: 3.1 kg``. A question stays above its
    answer, and so does a name above a value of several blocks."""
    for box in [node for dl in root.iter("dl") for node in (dl, *dl.findall("div"))]:
        group: list[Element] = []
        for child in [child for child in box if child.tag in ("dt", "dd")]:
            if child.tag == "dt" and group and group[-1].tag == "dd":
                _join_group(group)
                group = []
            group.append(child)
        _join_group(group)


def _join_group(group: list[Element]) -> None:
    names = [node for node in group if node.tag == "dt"]
    values = [node for node in group if node.tag == "dd" and _letters(node)]
    said = [one_line(node.text_content()).rstrip("¶#§ :") for node in names]
    name = ", ".join(filter(None, said))
    if not name or not values or any(map(_has_blocks, names)):
        return
    if len(name) > _NAME_CHARS or name.endswith((".", "?", "!")):
        return
    lines = [line for line in map(_only_line, values) if line is not None]
    if len(lines) == len(values):
        for line in lines:
            line.text = f"{name}: {(line.text or '').lstrip()}"
        for node in names:
            node.drop_tree()
    elif _begins_with_list(values[0]):
        names[-1].clear(keep_tail=True)
        names[-1].text = f"{said[-1]}:"


def _only_line(node: Element) -> Element | None:
    """The element that holds all the words of another, None where they are several blocks."""
    if not _has_blocks(node):
        return node
    around = (node.text or "") + "".join(part.tail or "" for part in node)
    alone = len(node) == 1 and node[0].tag == "p" and not around.strip()
    return node[0] if alone and not _has_blocks(node[0]) else None


def _has_blocks(node: Element) -> bool:
    return any(part.tag in BLOCKS or part.tag in _OTHER_BLOCKS for part in node.iterdescendants())


def _begins_with_list(node: Element) -> bool:
    return not (node.text or "").strip() and len(node) > 0 and node[0].tag in ("ul", "ol")


def _find_items(root: Element) -> None:
    """Word and Outlook write the items of a list as paragraphs that begin with their marks."""
    for node in list(root.iter("p")):
        style = node.get("style") or ""
        if not (_LIST_CLASS.match(node.get("class") or "") or "mso-list:" in style):
            continue
        marker = _MARKER.match(node.text_content())
        if marker is None:
            continue
        level = _LIST_LEVEL.search(style)
        node.tag = "li"
        node.set("aria-level", level.group(1) if level else "1")
        if marker.group(1):
            _cut_start(node, marker.end())


def _cut_start(node: Element, length: int) -> None:
    """Take so many characters from the start of an element's words."""
    for event, part in etree.iterwalk(node, events=("start", "end")):
        place = "text" if event == "start" else "tail"
        if part is node and event == "end":
            return
        words = getattr(part, place) or ""
        setattr(part, place, words[length:])
        length = max(0, length - len(words))


def _find_headings(root: Element) -> None:
    """A short paragraph all in bold heads the block below it, as in Word files."""
    level = 1
    for node in list(root.iter("p", "h1", "h2", "h3", "h4", "h5", "h6")):
        if node.tag != "p":
            level = int(node.tag[1])
        elif (
            is_bold(node)
            and node.find(".//br") is None
            and could_head(one_line(node.text_content()))
            and not any(True for _ in node.iterancestors(*_NO_HEADINGS_IN))
            and _heads_block(node)
        ):
            node.tag = f"h{min(6, level + 1)}"


def _heads_block(node: Element) -> bool:
    """Does a block with words follow, which is not all bold itself?"""
    following = node.getnext()
    while following is not None and not (node.tail or "").strip():
        if _letters(following):
            return following.tag in _HEADED and not (following.tag == "p" and is_bold(following))
        node, following = following, following.getnext()
    return False
