"""What of a web page is furniture, not content: scripts, hidden text, menus, cookie bars.

Decides by tag, role, attribute, class name and share of link text, each rule overruled when it
would take most of the page's words.
"""

from __future__ import annotations

import re

from lxml import html as lxml_html
from lxml.html import HtmlElement as Element

from index.loading.page_styles import HiddenNames, hidden_names, is_hidden_by
from index.loading.unseen import KEPT_CHARS, tells

#: Elements whose text no reader sees, or sees only as a control.
UNSEEN = frozenset(
    "script style noscript template iframe object embed svg canvas audio video head title meta "
    "link button input select textarea datalist progress map".split()
)
_ROLES = frozenset(
    "navigation banner search contentinfo dialog alertdialog menu menubar toolbar tablist".split()
)
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])"
    r"|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)|(?:left|top|text-indent)\s*:\s*-\d{3,}",
    re.I,
)
_WHITES = ("white", "#fff", "#ffffff")
_WHITE_WORD = r"(?:white\b|#fff(?:fff)?\b|rgba?\(\s*255\s*,\s*255\s*,\s*255\b)"
_WHITE = re.compile(rf"(?:^|[;\s])color\s*:\s*(?:{_WHITE_WORD}|transparent\b)", re.I)
_WHITE_GROUND = re.compile(rf"background(?:-color)?\s*:\s*{_WHITE_WORD}", re.I)
_HIDDEN_CLASSES = frozenset(
    "sr-only visually-hidden visuallyhidden screen-reader-text noprint hidden d-none".split()
)
_NAMES = frozenset(
    "cookie cookies consent gdpr breadcrumb breadcrumbs sidebar navbar nav navigation menu "
    "share sharing social newsletter subscribe related recommended recommendations promo advert "
    "advertisement ads sponsor sponsored popup modal pagination pager skiplink skip toolbar "
    "masthead footer sitefooter topbar".split()
)
_NOT_NAMES = re.compile(r"(?:^|[\s_-])(?:has|with|no|without|is|show|open)[_-]", re.I)
_WORD = re.compile(r"[a-z]+")
_FEW_WORDS = 60  #: share bars, cookie bars and newsletter boxes hold fewer
_CONTROLS = "a button label nav form dialog option header footer details summary".split()
_KEEP = frozenset(
    ("html", "body", "main", "article", "h1", "h2", "h3", "p", "li", "td", "th", "tr")
)
_CALL = re.compile(
    r"(?:(?:read|learn|see|show|view|load) (?:more|less|all)|continue reading|skip to [\w ]*content"
    r"|(?:go |back )?to (?:the )?(?:top|contents)|go to contents|share(?: (?:this|on) ?\w*)?|tweet"
    r"|print(?: this page)?|sign (?:in|up)|log ?in|subscribe(?: now)?|advertisement|accept all"
    r"|accept(?: all)? cookies|next|previous|prev|copy link|weiterlesen|mehr lesen|lire la suite"
    r"|leer más|download app)\W*",
    re.I,
)


def is_call(text: str) -> bool:
    """True for a line that only asks for a click ("Read more »")."""
    return len(text) < 60 and _CALL.fullmatch(text.strip()) is not None


def main_part(root: Element) -> tuple[Element, list[str]]:
    """Remove furniture; the element that holds the content, and what hidden text said."""
    _drop_cookie_bars(root)
    unseen = drop_unseen(root)
    whole = _words(root)
    snapshot = lxml_html.tostring(root) if whole < 400 else b""
    _drop_furniture(root, whole)
    for path in ("//main", "//*[@role='main']", "//article"):
        found = root.xpath(path)
        if len(found) == 1 and _words(found[0]) >= max(20, 0.5 * _words(root)):
            return found[0], unseen
    if snapshot and _words(root) < 0.25 * whole:
        # A small page that is nearly all links: then the links are what it says.
        return lxml_html.document_fromstring(snapshot.decode()), unseen
    return root, unseen


def drop_unseen(root: Element) -> list[str]:
    """Remove scripts, controls and hidden text; what text said that its style hides."""
    said: list[str] = []
    # Nothing here reads style sheets, which may lay any colour under the letters.
    styled = root.find(".//style") is not None or bool(root.xpath(".//link[@rel='stylesheet']"))
    names = _sure_names(root)
    for node in list(root.iter()):
        if not isinstance(node.tag, str) or node is root or node.tag in ("html", "body", "main"):
            continue
        if node.tag in UNSEEN - {"head", "title", "meta"} or _is_for_machines(node):
            _drop(node)
        elif (
            _is_hidden(node)
            or (names and is_hidden_by(node, names))
            or (not styled and _is_white_on_white(node))
        ):
            words = node.text_content()[:KEPT_CHARS]
            if tells(words) or not _is_control(node):
                said.append(words)
            _drop(node)
    return said


def _sure_names(root: Element) -> HiddenNames:
    """The names that the page's style hides, none where that is most of the page: then a script
    that is not here shows it."""
    names = hidden_names(root)
    if not names:
        return {}
    nodes = [n for n in root.iter() if isinstance(n.tag, str) and is_hidden_by(n, names)]
    outer = [n for n in nodes if not any(is_hidden_by(above, names) for above in n.iterancestors())]
    return names if sum(map(_words, outer)) < 0.5 * _words(root) else {}


def _is_control(node: Element) -> bool:
    """A menu, a dialogue or a label of a page, which hides until it is asked for."""
    around = any(True for _ in node.iterancestors(*_CONTROLS))
    return node.tag in _CONTROLS or around or _named_so(node) or _link_share(node) > 0.5


def _is_for_machines(node: Element) -> bool:
    """Words for screen readers, or for none: every page has some."""
    names = node.get("class")
    return node.get("aria-hidden") == "true" or (
        bool(names) and not _HIDDEN_CLASSES.isdisjoint(names.lower().split())
    )


def _is_hidden(node: Element) -> bool:
    style = node.get("style")
    return node.get("hidden") is not None or bool(style and _HIDDEN_STYLE.search(style))


def _is_white_on_white(node: Element) -> bool:
    """White letters, and nothing around them says of another colour under them."""
    style = node.get("style") or ""
    font = node.tag == "font" and (node.get("color") or "").lower() in _WHITES
    if not font and not (style and _WHITE.search(style)):
        return False
    return bool(_WHITE_GROUND.search(style)) or not any(
        each.get("bgcolor") or each.get("background") or "background" in (each.get("style") or "")
        for each in (node, *node.iterancestors())
    )


def _drop_furniture(root: Element, whole: int) -> None:
    for node in list(root.iter()):
        if not isinstance(node.tag, str) or node.tag in _KEEP or node is root:
            continue
        if node.getparent() is None or not _is_furniture(node):
            continue
        # Class names lie: what holds most of the words is content unless it is mostly links.
        if _words(node) < 0.4 * whole or _link_share(node) > 0.6:
            _drop(node)


def _is_furniture(node: Element) -> bool:
    tag = node.tag
    if tag == "nav" or (node.get("role") or "").lower() in _ROLES:
        return True
    if tag in ("header", "footer"):
        inside = any(True for _ in node.iterancestors("article", "main", "blockquote", "section"))
        return not inside and (tag == "footer" or node.find(".//h1") is None)
    if tag in ("div", "section", "aside", "ul", "ol", "form", "span", "table", "dialog"):
        return _named_so(node) or _is_link_list(node)
    return False


def _named_so(node: Element) -> bool:
    """A name such as "sidebar", and the look of one: mostly links, or hardly any words."""
    names = node.get("class") or ""
    # A section's id is often made from its heading: "file-menu" there is a topic.
    if len(node) == 0 or node[0].tag not in ("h1", "h2", "h3", "h4", "h5", "h6"):
        names += f" {node.get('id') or ''}"
    if not names.strip() or _NOT_NAMES.search(names):
        return False
    if _NAMES.isdisjoint(_WORD.findall(names.lower())):
        return False
    return _words(node) < _FEW_WORDS or _link_share(node) > 0.35


def _is_link_list(node: Element) -> bool:
    """Four or more links and hardly a word beside them, outside the page's main part."""
    if node.tag not in ("ul", "ol", "div") or len(node.findall(".//a")) < 4:
        return False
    if any(True for _ in node.iterancestors("main", "article")):
        return False
    return _link_share(node) > 0.85


def _drop_cookie_bars(root: Element) -> None:
    """Remove what asks to accept cookies: a little text, the word, and a button."""
    for button in list(root.iter("button")):
        found = None
        for place, box in enumerate(button.iterancestors("div", "section", "aside", "form")):
            text = box.text_content() if place < 5 else ""
            if not text or len(text) > 600:
                break
            if "cookie" in text.lower():
                found = box
        if found is not None and found is not root:
            _drop(found)


def _link_share(node: Element) -> float:
    words = _words(node)
    return sum(_words(link) for link in node.iter("a")) / words if words else 0.0


def _words(node: Element) -> int:
    return sum(
        len((part.text or "").split()) * (part.tag not in ("head", "title"))
        + len((part.tail or "").split()) * (part is not node)
        for part in node.iter()
        if isinstance(part.tag, str)
    )


def _drop(node: Element) -> None:
    """Remove an element but not the text behind it."""
    parent = node.getparent()
    if parent is not None:
        node.drop_tree()
