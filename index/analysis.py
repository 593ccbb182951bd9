"""Text to search terms: folding, spelling, abbreviations, irregular forms, stemming, CJK bigrams.

Terms are what the full-text table stores and what a question is turned into; they hold only
letters and digits, so that SQLite's tokenizer never splits one. A change here must raise
``ANALYSER_VERSION``, because terms on disk and terms of a question have to agree.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

import Stemmer

from index.abbreviations import dates_written_out, written_out
from index.irregular import base_form
from index.spellings import joined, one_spelling

ANALYSER_VERSION = "5"

# Vowel signs of Indic and South-East Asian scripts: part of a word, though \w leaves them out.
_SIGNS = "".join(
    chr(code) for code in range(0x0900, 0x1100) if unicodedata.category(chr(code)) in ("Mn", "Mc")
)
_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_SIGNS}])*(?:['’][^\W_]+)*")
# A lookbehind and possessive repeats (++) keep the next three linear on unbroken runs.
_NUMBER_GROUPS = re.compile(r"(?<![\d.,])(\d{1,3}(?:,\d{3})++)(?!,*\d)")
_DECIMAL = re.compile(r"(?<![\w.])(\d++)\.(\d++)(?!\w|\.\d)")  # not the dots of 12.05.2020
_COMPOUND = re.compile(r"(?<![^\W_])[^\W_]++(?:[-/][^\W_]++)+")
# Accents, and the vowel points of Hebrew and Arabic, which most texts leave out.
_COMBINING = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]")
_RAISED = re.compile("(?<=[0-9])[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
# Scripts written without spaces between words: Han, kana, Hangul, Thai, Lao, Khmer, Myanmar.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f]+"
)
# unicodedata sorts runs of combining marks in quadratic time, so long texts go in pieces, cut at
# blanks where there are any.
_PIECE = re.compile(r".{1,2000}(?=\s|\Z)|.{1,2000}", re.DOTALL)
_LONGEST_TERM = 64  # longer runs are not words; cut so that one line cannot bloat the table

_STEMMER = Stemmer.Stemmer("english")

#: Words that shape an English question but say nothing of its subject.
QUESTION_WORDS = frozenset(
    """
    a about after all also am an and any are aren as at be because been being but by can could
    couldn did didn do does doesn doing don for from had has have having he her here hers him his
    how i if in into is isn it its itself just kind let me much many may might mine my no nor not of
    off on once only or other our ours out over own please shall she should so some such tell than
    that the their theirs them then there these they this those through to too under until up us
    very was wasn we were weren what whatever when whenever where wherever whether which while who
    whom whose why will with within would wouldn you your yours
    """.split()
)

_MONTH_OF_MAY = re.compile(
    r"\b(?:in|of|on|by|until|till|since|before|after|early|late|mid|\d{1,2}(?:st|nd|rd|th)?) may\b"
    r"|\bmay (?:\d|day\b)"
)


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    return str(_STEMMER.stemWord(one_spelling(base_form(written_out(word)))))


def fold(text: str) -> str:
    """Lower case, compatibility forms unified, accents and vowel points removed.

    Raised digits behind a figure, which mark a note or a power, are no digits of it.
    """
    if not text.isascii():
        text = _RAISED.sub(lambda match: " " * len(match.group()), text)
    # Folded twice: compatibility forms such as "№" come apart into capitals.
    decomposed = _normalised("NFKD", text.casefold()).casefold()
    return _normalised("NFC", _COMBINING.sub("", decomposed))


def _normalised(form: Literal["NFC", "NFKD"], text: str) -> str:
    if len(text) <= 2000:
        return unicodedata.normalize(form, text)
    return "".join(unicodedata.normalize(form, piece) for piece in _PIECE.findall(text))


def words(text: str) -> list[str]:
    """Folded words of a text in order, without possessive endings; none stemmed or dropped."""
    found: list[str] = []
    for match in _WORD.finditer(_join_numbers(fold(text))):
        word = match.group().replace("’", "'")
        word = word[:-2] if word.endswith("'s") else word
        found.append(word.replace("'", ""))
    return found


def terms(text: str) -> list[str]:
    """Search terms of a text, in order, with repetitions."""
    folded = _as_searched(text)
    found: list[str] = []
    for word in _WORD.findall(folded):
        found += _word_terms(word)
    for match in _COMPOUND.finditer(folded):
        compound = re.sub(r"[-/]", "", match.group())
        if any(character.isdigit() for character in compound):
            found.append(compound[:_LONGEST_TERM])  # "X-100" is also found as "x100"
    return found


def question_terms(question: str) -> list[str]:
    """Terms of a question, each once, without question words unless nothing else is left."""
    folded = _as_searched(question)
    kept = ["may"] if _MONTH_OF_MAY.search(folded) else []
    for match in _WORD.finditer(folded):
        word = match.group()
        if re.split("['’]", word, maxsplit=1)[0] not in QUESTION_WORDS:
            kept.append(word)
    compounds = " ".join(match.group() for match in _COMPOUND.finditer(folded))
    chosen = terms(" ".join(kept) + " " + compounds) or terms(question)
    return list(dict.fromkeys(chosen))


def _as_searched(text: str) -> str:
    return dates_written_out(joined(_join_numbers(fold(text))))


def _join_numbers(folded: str) -> str:
    """ "29,000" becomes "29000"; "3.5" becomes "3d5", one term that no tokenizer splits."""
    joined = _NUMBER_GROUPS.sub(lambda match: match.group().replace(",", ""), folded)
    return _DECIMAL.sub(r"\1d\2", joined)


def _word_terms(word: str) -> list[str]:
    if "'" in word or "’" in word:
        word = word.replace("’", "'")
        word = word.removesuffix("'s").replace("'", "")
    if word.isascii():
        return _stemmed(word)
    found: list[str] = []
    position = 0
    for run in _UNSPACED.finditer(word):
        found.extend(_stemmed(word[position : run.start()]))
        characters = run.group()
        pairs = [characters[i : i + 2] for i in range(len(characters) - 1)]
        found.extend(pairs or [characters])
        position = run.end()
    found.extend(_stemmed(word[position:]))
    return found


def _stemmed(word: str) -> list[str]:
    return [_stem(word[:_LONGEST_TERM])] if word else []
