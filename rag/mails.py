"""What stands in a mail and says nothing of what is asked: greetings, names, who wrote to whom."""

from __future__ import annotations

import re

from rag.quotable import COLUMN

#: "Imogen", "Dr M. Voss", "Dear Ruth and Alasdair," – alone on a line of a mail.
_NAME_ALONE = r"[^\W\d_][\w’'-]*\.?(?: [^\W\d_][\w’'-]*\.?){0,3}"
_GREETING = re.compile(
    r"(?:dear|hi|hello|hallo|hey|(?:good )?(?:morning|afternoon|evening)|all|both|everyone|team)"
    r"\b[^.?!:;|\d]{0,60},?",
    re.I,
)
_CLOSING = re.compile(
    r"(?:(?:kind|best|warm|with)(?: (?:kind|best|warm))?(?:est)? (?:regards|wishes)|regards|best"
    r"|cheers|thanks|many thanks|thank you|love|yours(?: \w+)?|sincerely)\b[,.!]?(?:\s+"
    rf"{_NAME_ALONE})?",
    re.I,
)
_MAIL = (".eml", ".mbox", ".msg")
_HEADER = re.compile(rf"From: [^\n]*{re.escape(COLUMN)}(?:To|Date|Sent|Subject): ")
_OF_HEADER = re.compile(
    r"\b(?:who|whom|whose|when|date|day|e-?mails?|mails?|messages?|letters?|address\w*|sent|send|wrote"
    r"|write|written|writes|sender|from|copied|cc|subject|contact\w*|reach)\b",
    re.I,
)


def is_courtesy(text: str, start: int, end: int, source: str) -> bool:
    """Is ``text[start:end]`` how a mail opens or ends: "Dear Ruth,", "Kind regards", a name alone?

    >>> is_courtesy("It rains. Imogen", 10, 16, "june.eml")
    True
    """
    if not source.lower().endswith(_MAIL):
        return False
    words = text[start:end].lstrip("> ").strip()
    if _GREETING.fullmatch(words) or _CLOSING.fullmatch(words):
        return True
    named = re.fullmatch(_NAME_ALONE, words) is not None
    if not named or not all(word[0].isupper() for word in words.split()):
        return False
    # An item of a list is a word alone too; a name stands below a sentence and ends the mail.
    before, after = text[:start].rstrip("> \t\n"), text[end:].lstrip()
    told = before.endswith((".", "!", "?", ",")) or _CLOSING.fullmatch(before.split("\n")[-1])
    ends = not after or after.startswith((">", "On ", "From: "))
    return ends and bool(told or not before)


def is_idle_header(question: str, quote: str) -> bool:
    """Does a quotation only say who wrote to whom and when, of which nothing is asked?

    >>> is_idle_header("Which dye do we use?", "From: Ida Blom | To: Ruth | Date: 3 May 2025")
    True
    """
    return _HEADER.match(quote) is not None and _OF_HEADER.search(question) is None
