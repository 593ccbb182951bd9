"""Mailboxes (mbox): the mails one after the other, each as the loader of mail reads it.

A mail begins at a line ``From `` that follows on an empty one and stands above a header. Mails that
there is no time for are counted.
"""

from __future__ import annotations

import re

from index.loading import eml
from index.loading.builder import Parsed
from index.loading.limits import Limits, RefusedError
from index.types import SkipReason

_BEGIN = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]*\n(?=[!-9;-~]+[ \t]*:)")
_QUOTED = re.compile(rb"^>(>*From )", re.M)


def parse(data: bytes, limits: Limits) -> Parsed:
    """Parse a mailbox. Raises RefusedError when it holds no mail or no text."""
    data = data.lstrip()
    starts = [match.end() for match in _BEGIN.finditer(data)]
    if not starts:
        raise RefusedError(SkipReason.NOT_AS_NAMED, "no mailbox: it begins with no mail")
    ends = [*[match.start() for match in _BEGIN.finditer(data)][1:], len(data)]
    mails = (_QUOTED.sub(rb"\1", data[start:end]) for start, end in zip(starts, ends, strict=True))
    return eml.parse_mails(mails, len(starts), limits)
