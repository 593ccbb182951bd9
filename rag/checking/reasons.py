"""Why a sentence does not stand, in words that are in it or in its source.

The checks compare stems and groups of synonyms. A person reads of none of these: what is named here
is quoted as it is written.
"""

from __future__ import annotations

import re

from index.analysis import fold, terms
from rag.checking.wording import wording

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_DENIES = re.compile(
    r"(?i)\b(?:not|no|never|neither|nor|nobody|none|nothing|nowhere|without|hardly|cannot)\b"
    r"|\w+n['’]t\b"
)
_REACH = 60  # characters between a denial and the word it is about


def written(stem: str, text: str) -> str:
    """The first word of a text that has a stem, as it is written; empty when there is none."""
    return next((match.group() for match in _with(stem, text)), "")


def differently_denied(stem: str, said: str, held: str) -> str:
    """A clause on a word that only one of two sentences denies; ``held`` is the document's."""
    ours, theirs = _denial(stem, said), _denial(stem, held)
    if ours and not theirs:
        return f"it says “{ours}” where the document does not"
    if theirs and not ours:
        return f"the document says “{theirs}” where the sentence does not"
    if ours and theirs:
        return f"it says “{ours}” where the document says “{theirs}”"
    word = written(stem, said) or written(stem, held)
    about = f" of “{word}”" if word else ""
    return f"the sentence and the document say the opposite{about}"


def instead(word: str, other: str, said: str, held: str) -> str:
    """A clause on a word that took the place of its opposite; both folded, if they stand there."""
    ours, theirs = _as_written(word, said), _as_written(other, held)
    if ours and theirs:
        return f"it says “{ours}” where the document says “{theirs}”"
    named = ours or theirs
    return f"the sentence and the document say the opposite{f' of “{named}”' if named else ''}"


def _denial(stem: str, text: str) -> str:
    """The words of a text from a denial to the word with a stem, or the other way round."""
    for match in _with(stem, text):
        before = list(_DENIES.finditer(text, max(0, match.start() - _REACH), match.start()))
        if before and not re.search(r"[.;!?|\n]", text[before[-1].end() : match.start()]):
            return text[before[-1].start() : match.end()]
        after = re.match(r"[^.;!?|\n]{0,30}?\b(?i:nothing|none|nowhere|not)\b", text[match.end() :])
        if after:
            return text[match.start() : match.end() + after.end()]
    return ""


def _as_written(folded: str, text: str) -> str:
    return next((one.group() for one in _WORD.finditer(text) if fold(one.group()) == folded), "")


def _with(stem: str, text: str) -> list[re.Match[str]]:
    return [
        match
        for match in _WORD.finditer(text)
        if stem in (wording(match.group()) or terms(match.group()))
    ]
