"""Files whose name says nothing of their kind (`README`, `syslog`, `notes`): text if it is text.

Judged by the first bytes, so that a large file of another kind costs little. Programs, archives
and other data are refused, and so are private keys. What the text begins with says which loader
reads it: a script, a page, mails, a log, else plain text.
"""

from __future__ import annotations

import re
from importlib import import_module

from index.loading.builder import Parsed
from index.loading.encoding import decode
from index.loading.limits import Limits, RefusedError
from index.loading.logs import is_log
from index.types import SkipReason

_HEAD = 65_536
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
_SHORT = 200  #: characters; fewer may be free of control characters by chance
_ASCII_SHARE = 0.8
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|^PuTTY-User-Key-File-\d", re.M)
_SHEBANG = re.compile(r"#!.*?\b(python|node|deno|lua|[a-z]*sh|perl|ruby)[\d.]*\b")
_CODE = {"python": "python", "node": "braces", "deno": "braces", "lua": "dashes"}
_PAGE = re.compile(r"\s*<(?:!doctype html|html)\b", re.I)
_MAILS = re.compile(r"From .*\n[!-9;-~]+[ \t]*:")


def parse(data: bytes, limits: Limits) -> Parsed:
    """Parse a file by what it begins with. Raises RefusedError when it is no text."""
    text = _head(data)
    if _PRIVATE_KEY.search(text):
        raise RefusedError(SkipReason.UNSUPPORTED, "a private key")
    module, _, variant = _loader(text).partition("-")
    loaded = import_module(f"index.loading.{module}")
    parsed: Parsed = loaded.parse(data, limits, variant) if variant else loaded.parse(data, limits)
    return parsed


def _head(data: bytes) -> str:
    """The first lines as text. Raises RefusedError when they are none."""
    head = data[:_HEAD]
    if len(data) > _HEAD:  # not through a character of several bytes
        head = head[: (head.rfind(b"\n") + 1 or len(head) - 4) // 4 * 4]
    try:
        text, _ = decode(head)
    except RefusedError:
        text = "\0"
    few = len(text) < _SHORT and not _is_utf8(head)
    if _CONTROL.search(text) or (
        few and sum(char < "\x80" for char in text) < _ASCII_SHARE * len(text)
    ):
        raise RefusedError(SkipReason.UNSUPPORTED, "no suffix")
    return text.replace("\r\n", "\n")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _loader(text: str) -> str:
    script = _SHEBANG.match(text)
    if script:
        return f"code-{_CODE.get(script.group(1), 'hash')}"
    if _PAGE.match(text):
        return "html"
    if _MAILS.match(text):
        return "mbox"
    return "logs" if is_log(text) else "text"
