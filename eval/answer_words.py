"""Is an answer right? Its words against accepted variants, by SQuAD's rules and by ours.

Pure functions, re-exported by `eval.metrics`. Knows no document and no citation.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")
# 29,000 or 29’000 or 29 000 with a no-break or thin space. A plain space is left alone: in "room 12
# 300 people sat" it separates two numbers.
_THOUSANDS = re.compile(
    r"(?<![\d.,])\d{1,3}(?:(?P<mark>[,'’\u00a0\u2009\u202f])\d{3})(?:(?P=mark)\d{3})*(?![,'’]?\d)"
)
_WORD = re.compile(
    r"(?:(?<![\w-])-)?\d+(?:[.,:]\d+)*"  # a number, time or version, with its minus sign
    r"|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"  # scripts without spaces: a character is a word
    r"|[^\W\d\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
    r"|[%€£¥$]"
)
_POLARITY = frozenset({"yes", "no"})


def squad_normalise(text: str) -> str:
    """Lower case; ASCII punctuation, then the articles a, an, the, then extra white space removed.

    Source: Rajpurkar et al. 2016, the SQuAD evaluation script. It turns "3.5" into "35"; where that
    matters use `words`.
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(prediction: str, variants: Sequence[str]) -> float:
    """1 when the normalised prediction equals one normalised variant, else 0; max over variants.

    Source: the SQuAD 2.0 evaluation script; no variants means the right answer is the empty one.
    """
    normalised = squad_normalise(prediction)
    return float(any(normalised == squad_normalise(gold) for gold in variants or ("",)))


def token_f1(prediction: str, variants: Sequence[str]) -> float:
    """2PR / (P + R) over the bag of normalised tokens, max over variants.

    Source: the SQuAD 2.0 evaluation script; when either side has no token, 1 if both have none.
    No variants means the right answer is the empty one.
    """
    return max(_f1_of_one(prediction, gold) for gold in variants or ("",))


def _f1_of_one(prediction: str, gold: str) -> float:
    predicted, wanted = squad_normalise(prediction).split(), squad_normalise(gold).split()
    if not predicted or not wanted:
        return float(predicted == wanted)
    common = (Counter(predicted) & Counter(wanted)).total()
    return 2 * common / (len(predicted) + len(wanted))


def words(text: str) -> tuple[str, ...]:
    """The words of a text as answers are compared: folded case, numbers without thousands marks.

    "29,000" and "29’000" are ("29000",), "3.5" stays ("3.5",), "15 per cent" is ("15", "%"), and a
    minus sign stays with its number.
    """
    plain = _THOUSANDS.sub(lambda found: found[0].replace(found["mark"], ""), text)
    folded = unicodedata.normalize("NFKC", plain).casefold().replace("\u2212", "-")
    folded = re.sub(r"\bper ?cent\b", "%", folded)
    return tuple(_WORD.findall(folded))


def holds(text: str, variant: str) -> bool:
    """True when the variant's words occur in the text one after the other, as whole words.

    A leading article of the variant does not count. A variant without words occurs nowhere.
    """
    wanted, there = words(variant), words(text)
    if len(wanted) > 1 and wanted[0] in {"a", "an", "the"}:
        wanted = wanted[1:]
    length = len(wanted)
    return bool(wanted) and any(
        there[at : at + length] == wanted for at in range(len(there) - length + 1)
    )


def answer_correct(answer_text: str, short: str | None, variants: Sequence[str]) -> bool:
    """True when an accepted variant occurs in the answer or in its bare form, as whole words.

    ``answer_text`` comes without footnote markers: "[1]" would answer "how many?". A variant "yes"
    or "no" has to begin the answer, for "no" occurs in many a sentence that does not say no.
    """
    texts = [text for text in (short, answer_text) if text]
    for variant in variants:
        wanted = words(variant)
        if len(wanted) == 1 and wanted[0] in _POLARITY:
            if any(words(text)[:1] == wanted for text in texts):
                return True
        elif any(holds(text, variant) for text in texts):
            return True
    return False
