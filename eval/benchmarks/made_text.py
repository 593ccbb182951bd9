"""Text made up with the statistics of real text, to measure search at sizes that nobody ships.

Half the words are English function words, the others are coined and follow a Zipf-Mandelbrot law;
a document comes back to words of its own. The constants were set so that the share of passages that
hold the nth most frequent content word is that of 1,414 Wikipedia paragraphs (SQuAD training
articles): .22 for the 1st (.22 there), .06 for the 100th (.06), .004 for the 2,000th (.006).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_FUNCTION_WORDS = (
    "the of and in to a was is for as by that with on it from were at his which an are this be has "
    "had or its not also their but have been he they more after one who first when two into can "
    "than other during most all there between over only such would may under some about while these"
).split()
_SYLLABLES = tuple(
    onset + vowel + coda
    for onset in "b br c d f g gr h j k l m n p pl r s st t tr v w".split()
    for vowel in ("a", "e", "i", "o", "u")
    for coda in ("", "l", "n", "r", "s", "m")
)
_VOCABULARY = 300_000
_SHIFT, _EXPONENT = 35.0, 1.05
_WORDS = 120  # a passage
_CONTENT = 0.55  # of its words
_OWN = 0.3  # of the content words are among the document's own
_OWN_WORDS = 40
_SENTENCE = 18  # words

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MadePassage:
    """A paragraph and the content words in it, from which a question can be made."""

    text: str
    content: tuple[str, ...]


class MadeText:
    """A stream of documents, the same for the same seed."""

    def __init__(self, seed: int = 1, vocabulary: int = _VOCABULARY) -> None:
        self._rng = np.random.default_rng(seed)
        self._words = (*_FUNCTION_WORDS, *_coined(vocabulary))
        function = 1.0 / np.arange(1.5, len(_FUNCTION_WORDS) + 1)
        self._function = np.cumsum(function / function.sum())
        content = 1.0 / (np.arange(1, vocabulary + 1) + _SHIFT) ** _EXPONENT
        self._content = np.cumsum(content / content.sum())

    def document(self, passages: int) -> list[MadePassage]:
        """Some passages on one subject."""
        shape = (passages, _WORDS)
        own = self._draw(self._content, (_OWN_WORDS,))
        content = self._draw(self._content, shape)
        repeated = own[self._rng.integers(0, _OWN_WORDS, shape)]
        content = np.where(self._rng.random(shape) < _OWN, repeated, content)
        is_content = self._rng.random(shape) < _CONTENT
        ids = np.where(
            is_content, content + len(_FUNCTION_WORDS), self._draw(self._function, shape)
        )
        return [self._passage(row, held) for row, held in zip(ids, is_content, strict=True)]

    def documents(self, count: int, passages: int) -> Iterator[list[MadePassage]]:
        for _ in range(count):
            yield self.document(passages)

    def question(self, passage: MadePassage, words: int = 5) -> str:
        """Some content words of a passage in order, as a question has them."""
        held = tuple(dict.fromkeys(passage.content))
        count = min(words, len(held))
        chosen = np.sort(self._rng.choice(len(held), size=count, replace=False))
        return "When was the " + " ".join(held[at] for at in chosen) + "?"

    def _draw(self, cumulated: npt.NDArray[np.float64], shape: tuple[int, ...]) -> Ids:
        drawn = np.searchsorted(cumulated, self._rng.random(shape))
        return np.minimum(drawn, len(cumulated) - 1).astype(np.int64)

    def _passage(self, ids: Ids, is_content: npt.NDArray[np.bool_]) -> MadePassage:
        words = [self._words[at] for at in ids.tolist()]
        content = tuple(word for word, held in zip(words, is_content.tolist(), strict=True) if held)
        sentences = (words[start : start + _SENTENCE] for start in range(0, _WORDS, _SENTENCE))
        return MadePassage(
            " ".join(" ".join(some).capitalize() + "." for some in sentences), content
        )


def _coined(count: int) -> list[str]:
    """Words that can be spoken, each once: frequent ones are short."""
    rng = np.random.default_rng(0)
    found: dict[str, None] = {}
    while len(found) < count:
        syllables = 2 if len(found) < 20_000 else 3
        for row in rng.integers(0, len(_SYLLABLES), (8_192, syllables)).tolist():
            found["".join(_SYLLABLES[at] for at in row)] = None
    return list(found)[:count]
