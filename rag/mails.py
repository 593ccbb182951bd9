"""What stands in a mail and says nothing of what is asked: greetings, names, who wrote to whom."""

from __future__ import annotations

import re
from dataclasses import replace

from index.analysis import question_terms, terms
from rag.quotable import COLUMN
from rag.types import Passage

#: "Imogen", "Dr M. Voss", alone on a line of a mail.
_CALLED = r"[A-ZÀ-Þ][\w’'-]*\.?"
_NAME_ALONE = re.compile(rf"{_CALLED}(?: {_CALLED}){{0,3}}")
_TO_ALL = r"(?:all|both|everyone|team|folks|there|sir|madam)"
_GREETING = re.compile(
    r"(?i:dear|hi|hello|hallo|hey|(?:good )?(?:morning|afternoon|evening))"
    rf"(?:,? (?:{_CALLED}|(?i:{_TO_ALL})|and|&|or)){{0,6}}\s?[,!.:]?|(?i:{_TO_ALL}),"
)
_CLOSING = re.compile(
    r"(?i:(?:kind|best|warm|with)(?: (?:kind|best|warm))?(?:est)? (?:regards|wishes)|regards|best"
    r"|all the best|cheers|(?:many )?thanks(?: again| in advance)?|thank you|(?:lots of )?love"
    r"|yours(?: sincerely| faithfully| truly)?|sincerely|take care|see you soon)(?:\s*[,.!]?"
    rf"|\s*[,!\n]\s*{_NAME_ALONE.pattern})|Sent from my \w+"
)
#: Before a name that answers and does not sign: "The chair is as follows.", "The new password is".
_ANNOUNCED = re.compile(r"\b(?:following|follows|here (?:is|are)|new)\b[^.!?\n]*[.!?]$", re.I)
_MAIL = (".eml", ".mbox", ".msg")
_HEADER = re.compile(rf"From: [^\n]*{re.escape(COLUMN)}(?:To|Date|Sent|Subject): ")
_OF_HEADER = re.compile(
    r"\b(?:who|whom|whose|e-?mails?|mails?|messages?|letters?|address\w*|sent|send|wrote"
    r"|write|written|writes|sender|from|copied|cc|told|informed|surname|(?:full|last|first) name"
    r"|subject|contact\w*|reach)\b",
    re.I,
)
_WHEN = re.compile(r"\b(?:when|dates?|days?|months?|years?|ago|since)\b", re.I)


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
    if not _NAME_ALONE.fullmatch(words) or words.endswith("."):
        return False
    # An item of a list is a word alone too; a name stands below a sentence and ends the mail.
    before, after = text[:start].rstrip("> \t\n"), text[end:].lstrip()
    if not before and not after:
        return " " not in words
    line = before.rpartition("\n")[2]
    told = before.endswith((".", "!", "?")) or _CLOSING.fullmatch(line)
    if before and (not told or _ANNOUNCED.search(before)):
        return False
    return not after or after.startswith((">", "On ", "From: "))


def is_idle_header(question: str, quote: str) -> bool:
    """Does a quotation only say who wrote to whom and when, of which nothing is asked?

    >>> is_idle_header("Which dye do we use?", "From: Ida Blom | To: Ruth | Date: 3 May 2025")
    True
    """
    if _HEADER.match(quote) is None or _OF_HEADER.search(question):
        return False
    # "When did Ida offer it?" may be answered by the day of her mail, "when was it tuned?" is not.
    shared = set(question_terms(question)) & set(terms(quote))
    return not (shared and _WHEN.search(question))


def without_idle_header(question: str, passage: Passage) -> Passage:
    """The passage without the header of a mail that says nothing of what is asked.

    A reader that is asked "when" looks at the day of the mail first.
    """
    chunk = passage.chunk
    header, _, below = chunk.text.partition("\n")
    if not below.strip() or not is_idle_header(question, header):
        return passage
    text = below.lstrip()
    return replace(passage, chunk=replace(chunk, text=text, start=chunk.end - len(text)))
