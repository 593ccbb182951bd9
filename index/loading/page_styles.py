"""Which classes and ids a page's own style sheet hides: ``.old { display: none }``.

Only selectors of one class or id, with or without a tag, are understood. A name is not taken for
hidden where another rule shows it (a tab, a menu that opens) or a script of the page knows it.
Style sheets in files of their own are never fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement as Element

#: Class (with its dot) or id (with its #) to the tags that it is hidden for; "" stands for all.
HiddenNames = dict[str, set[str]]

_MAX_CHARS = 500_000
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.S)
_BRACE = re.compile("[{}]")
_HIDES = re.compile(r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.I)
_SHOWS = re.compile(r"(?:^|[;\s])(?:display\s*:\s*(?!none)|visibility\s*:\s*visible)", re.I)
_SIMPLE = re.compile(r"([a-z][\w-]*|\*)?([.#][\w-]+)", re.I)
_NAME = re.compile(r"[.#][\w-]+")
_WORD = re.compile(r"[\w-]+")


def hidden_names(root: Element) -> HiddenNames:
    """What the style sheets within a page hide for good."""
    hidden: HiddenNames = {}
    shown: set[str] = set()
    for sheet in root.iter("style"):
        media = (sheet.get("media") or "all").lower()
        if media not in ("all", "screen"):
            continue
        for selector, said, always in _rules(_COMMENT.sub(" ", (sheet.text or "")[:_MAX_CHARS])):
            for one in map(str.strip, selector.split(",")):
                _take(one, said, always, hidden, shown)
    known = {
        word
        for script in root.iter("script")
        if hidden
        for word in _WORD.findall((script.text or "")[:_MAX_CHARS])
    }
    return {
        name: tags
        for name, tags in hidden.items()
        if tags and name not in shown and name[1:] not in known
    }


def _take(selector: str, said: str, always: bool, hidden: HiddenNames, shown: set[str]) -> None:
    """Note what one selector of a rule hides or shows; a later rule overrules an earlier one."""
    simple = _SIMPLE.fullmatch(selector)
    if simple and always:
        tag, name = (simple.group(1) or "").lower().strip("*"), simple.group(2)
        if _HIDES.search(said):
            hidden.setdefault(name, set()).add(tag)
        elif _SHOWS.search(said):
            hidden.get(name, set()).discard(tag)
    elif _SHOWS.search(said):
        shown.update(_NAME.findall(selector))


def _rules(css: str) -> Iterator[tuple[str, str, bool]]:
    """Selector, declarations, and whether the rule holds on every screen."""
    conditions: list[str] = []
    start = 0
    for brace in _BRACE.finditer(css):
        said = css[start : brace.start()].strip()
        start = brace.end()
        if brace.group() == "{":
            conditions.append(said.rpartition(";")[2].strip())
        elif conditions:
            selector = conditions.pop()
            outer = [c.lower() for c in conditions if c.lower() not in ("@media screen", "")]
            if selector and not selector.startswith("@") and not any("print" in c for c in outer):
                yield selector, said, not outer


def is_hidden_by(node: Element, names: HiddenNames) -> bool:
    """Whether a name of the element hides it."""
    own = [f".{word}" for word in (node.get("class") or "").split()]
    own.append(f"#{node.get('id') or ''}")
    found = any(not names[name].isdisjoint(("", node.tag)) for name in own if name in names)
    return found and not _SHOWS.search(node.get("style") or "")
