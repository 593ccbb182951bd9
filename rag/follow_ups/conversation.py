"""What a conversation has talked of, and a question spelled out with it. No language model.

Every turn is heard in order, its question as it was meant, so that a chain of "he"s keeps its
person. Mentions weigh more the later and the more prominent they were.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.analysis import QUESTION_WORDS, terms, words
from rag.cells import cells_of
from rag.follow_ups.actions import put_action
from rag.follow_ups.again import asked_again
from rag.follow_ups.dates import DATE
from rag.follow_ups.ellipsis import bare, expand, fragment_of
from rag.follow_ups.grafting import graft, graft_one
from rag.follow_ups.kinds import Kind, kind_of_name
from rag.follow_ups.listed import cell_value, is_cell
from rag.follow_ups.mentions import Mention, mentions
from rag.follow_ups.ones import QUALIFIED, count_on, counted, is_ordinal, listed_one, put_ones
from rag.follow_ups.other_nouns import named_alone
from rag.follow_ups.pronouns import (
    FIT,
    PRONOUN,
    PRONOUNS,
    goes_on,
    in_place,
    is_of_named,
    means_nothing_before,
    points_at,
    points_back,
    suits_title,
)
from rag.follow_ups.rows import put_in_row, thing_asked
from rag.follow_ups.told import taken_up
from rag.questions import is_small_talk
from rag.quotable import COLUMN
from rag.types import RefusalReason, Turn

# Chosen on the tuning half of CANARD; none of them moves the figures by more than a point.
_FADING = 0.6  # of a mention's weight that is left a turn later
_TOPIC = 0.5  # weight that the first turn's first mention never loses
_NOUN_TOPIC = 0.35  # the same of a noun, which the next one takes the place of
_SAME_AGAIN = 0.6  # added to what the same pronoun meant before
_COMMON_NOUN = 0.6  # of a name's weight that a noun without a name has
_FROM_QUESTION = (1.0, 0.8)  # weight of a question's first mention and of the others
_FROM_ANSWER = (0.5, 0.3)
_FROM_WHO = (1.2, 0.5)  # the same where the question asked who
_FROM_ROW = (0.25, 0.15)  # the same of a table's row, whose cells hold codes and other columns
_LOWEST = 0.15  # under this nothing fits a pronoun
_ANSWER_CHARACTERS = 600  # of an earlier answer that are read
_NOUNS = 2  # put in where the talk names nothing
_SUBJECTS = 4  # mentions of the last question that a bare "for how long?" gets

_MARKER = re.compile(r"\s?\[\d+\]")  # a footnote's
_WHO = re.compile(r"\W*(?:and |but )?who(?:se|m)?\b|which (?:person|man|woman|\w+er)\b", re.I)
_CONTRACTED = re.compile(r"\b\w+n['’]t\b|['’](?:m|re|s|ve|ll|d)\b", re.I)  # "isn't", "Ann's"
_MEASURES = re.compile(
    r"\W*(?:and |but |so )?(?:how (?:much|many|big|old|heavy)|what size)\b", re.I
)
_OF_THEM = re.compile(r"\bof\s+$", re.I)
_UNSAID = frozenset(
    {"", "i don't know", *(str(reason.value).rstrip(".").casefold() for reason in RefusalReason)}
)


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A question as asked and as searched for, with what was carried over from earlier turns."""

    question: str
    text: str
    added: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the question leaned on the conversation."""
        return self.text != self.question


@dataclass(slots=True)
class _Known:
    """Something talked of, with how much it is on people's minds."""

    mention: Mention
    turn: int  #: the last turn it was mentioned in
    weight: float = 0.0
    topic: float = 0.0
    asked: bool = False  #: said by the person, not by a document alone

    @property
    def name(self) -> bool:
        return self.mention.named and self.mention.kind is not Kind.TIME


class Talk:
    """What a conversation has talked of so far, turn by turn."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._meant: dict[str, str] = {}  # group of pronouns → key of what it meant last
        self._last = ""  # the last question, standing alone
        self._answer = ""
        self._turn = 0

    def hear(self, turn: Turn) -> None:
        """Take in a turn: its question as it was meant, and its answer. Thanks are no turn."""
        if is_small_talk(turn.question):
            return
        asked = self.resolve(turn.question).text
        self._turn += 1
        for known in self._known.values():
            known.weight *= _FADING
        self._note(mentions(asked, question=True), _FROM_QUESTION, topic=not self._known)
        answer = turn.answer.strip()
        if answer.rstrip(".").casefold() in _UNSAID:
            answer = ""
        answer = answer[:_ANSWER_CHARACTERS]
        said, weights = _MARKER.sub("", answer), _FROM_ANSWER
        if COLUMN in said:
            cells = [cell for row in said.split("\n") for cell in cells_of(row)]
            # a column may be called by a name: "Hillside Roofing: £520"
            labels = [label for label, _ in cells if " " in label]
            said = "; ".join([*labels, *(value for _, value in cells)])
            weights = _FROM_ROW
        told = mentions(said, question=False)
        if weights is _FROM_ROW:  # its codes are no names to go on with
            told = [one for one in told if not any(map(str.isdigit, one.text))]
        if _WHO.match(asked):
            told, weights = [_as_person(one) for one in told], _FROM_WHO
        self._note(told, weights, topic=False)
        thing = thing_asked(asked, answer)
        if thing is not None:
            kind = kind_of_name(thing, 0, thing)
            self._note([Mention(thing, kind, 0, True)], _FROM_WHO, topic=False)
        self._last, self._answer = asked, answer

    def _note(self, found: list[Mention], weights: tuple[float, float], *, topic: bool) -> None:
        weight = weights[0]
        for mention in found:
            key = self._key(mention)
            known = self._known.setdefault(key, _Known(mention, self._turn))
            longer = len(mention.text) > len(known.mention.text)
            # who writes "the budget" does not take the documents' "Budget" for a name
            if longer or (weights is _FROM_QUESTION and known.mention.named > mention.named):
                known.mention = mention
            known.weight = max(known.weight, known.weight / 2 + weight)
            known.turn = self._turn
            known.asked = known.asked or weights not in (_FROM_ANSWER, _FROM_ROW)
            if topic:
                known.topic = _TOPIC if mention.named else _NOUN_TOPIC
                topic = False
            if mention.kind is not Kind.TIME:
                weight = weights[1]

    def _key(self, mention: Mention) -> str:
        """One key for "Zappa" and "Frank Zappa"."""
        parts = set(words(mention.text))
        for key, known in self._known.items():
            if known.mention.named and mention.named and parts:
                other = set(words(known.mention.text))
                if parts <= other or (other and other <= parts):
                    return key
        return mention.text.casefold()

    # ---- resolving -----------------------------------------------------------------------

    def resolve(self, question: str) -> Rewrite:
        """The question standing alone, as far as this talk tells; unchanged when it does anyway."""
        if not self._last:
            return Rewrite(question, question)
        again = asked_again(question, self._last)
        if again is None and not bare(question):
            again = put_in_row(question, self._last, self._answer)
            again = again or named_alone(self._last, question)
        if again is not None:
            return Rewrite(question, again, (self._last,))
        if bare(question):
            return self._ask_again(question)
        fragment = fragment_of(question)
        if fragment is not None and not PRONOUN.search(fragment):
            return self._complete(question, fragment)
        acted = put_action(question, self._last)
        if acted is not None:
            return Rewrite(question, acted, (self._last,))
        text, added = put_ones(question, self._last, self._answer)
        text, meant = self._put_pronouns(text)
        added += [one.mention.text for one in meant]
        names: list[str] = []
        if added:
            names = self._theme_beside(meant)
        elif points_back(text, frozenset(terms(f"{self._last} {self._answer}")), self._last):
            names = self._theme()
            asked = self._last_subject()
            names = asked if points_at(text) and names[:1] and names[0] in asked else names
            names = self._things_asked() or names if _MEASURES.match(text) else names
        elif goes_on(question):
            names = self._last_subject()
        elif (name := is_of_named(question, self._last)) is not None:
            names = [name]
        told = taken_up(question, self._answer)
        names = [told, *names] if told is not None else names
        themed = _with_names(question, text, names)
        return replace(themed, added=(*added, *themed.added))

    def _ask_again(self, question: str) -> Rewrite:
        """ "Why?" and its like: put to the last question, or beside what it is about."""
        expanded = expand(self._last, question)
        if expanded is not None:
            return Rewrite(question, expanded, (self._last,))
        said = words(_CONTRACTED.sub("", self._last))
        content = [word for word in said if word not in QUESTION_WORDS]
        return _with_names(question, question, [" ".join(content)] if content else self._theme())

    def _complete(self, question: str, fragment: str) -> Rewrite:
        """The last question with the fragment in the place of what it varies."""
        text = question
        one = QUALIFIED.fullmatch(fragment)
        if one is not None:
            grafted = graft_one(self._last, one["lead"], one["which"])
        else:
            if is_ordinal(fragment):
                return self._complete_ordinal(question, fragment)
            grafted = graft(self._last, fragment)
        if grafted is not None:
            return Rewrite(question, grafted, (self._last,))
        about = self._last_subject()
        if one is not None:  # "the one with spelt" says nothing of what is asked: "to prove"
            about += [word for word in words(self._last)[-1:] if word not in QUESTION_WORDS]
        return _with_names(question, text, about)

    def _complete_ordinal(self, question: str, fragment: str) -> Rewrite:
        """ "What about the second one?": of what the answer lists, else of what was asked for."""
        counted_on = count_on(self._last, fragment)
        if counted_on is not None:
            return Rewrite(question, counted_on, (self._last,))
        item = listed_one(fragment, self._last, self._answer)
        if item is not None and is_cell(item):
            return _with_names(question, self._last, [cell_value(item)])
        if item is not None:
            return _with_names(question, f"What about {item}?", self._last_subject())
        one = fragment if fragment.endswith(("one", "ones")) else f"{fragment} one"
        one, _ = put_ones(one, self._last, "")
        # "What are the second period" is no English: only a singular is put in place
        grafted = None if counted(self._last)[1] else graft(self._last, one)
        if grafted is not None:
            return Rewrite(question, grafted, (self._last,))
        return _with_names(question, f"What about {one}?", self._last_subject())

    def _put_pronouns(self, text: str) -> tuple[str, list[_Known]]:
        """The first pronoun of each group spelled out, where something said before fits it."""
        done: set[str] = set()
        meant: list[_Known] = []
        position = 0
        while (match := PRONOUN.search(text, position)) is not None:
            word, position = match.group().casefold(), match.end()
            group = PRONOUNS[word]
            if group in done or means_nothing_before(text, match.start(), word):
                continue
            done.add(group)
            several = group == "they" and _OF_THEM.search(text[: match.start()]) is not None
            key = self._meaning(group, "of them" if several else group, text)
            if key is None:
                continue
            self._meant[group] = key
            spelled = in_place(self._known[key].mention, word, text[match.end() :])
            text = text[: match.start()] + spelled + text[match.end() :]
            position = match.start() + len(spelled)
            meant.append(self._known[key])
        return text, meant

    def _meaning(self, group: str, wanted: str, question: str) -> str | None:
        """What a pronoun means: the weightiest thing of a fitting kind not named beside it."""
        best, most = None, _LOWEST
        beside = set(terms(question))
        taken = {key for other, key in self._meant.items() if {group, other} == {"he", "she"}}
        for key, known in self._known.items():
            text = known.mention.text
            if key in taken or not suits_title(group, text) or set(terms(text)) <= beside:
                continue
            fit = FIT[wanted].get(known.mention.kind, 0.0)
            if not known.mention.named:
                # two capitals may name anything, but a landlord is never "it"
                person = group == "it" and known.mention.kind is Kind.PERSON
                fit *= 0.0 if person else _COMMON_NOUN
            spoken = self._turn - known.turn <= 1  # of a topic left behind nothing is carried on
            again = _SAME_AGAIN if fit and spoken and self._meant.get(group) == key else 0.0
            score = fit * (known.weight + known.topic) + again
            if score > most:
                best, most = key, score
        return best

    # ---- what it is about ----------------------------------------------------------------

    def _theme(self) -> list[str]:
        """What the questions are about: their weightiest name, else their weightiest nouns."""
        ranked = [one for one in self._ranked() if one.mention.kind is not Kind.TIME]
        names = [one for one in ranked if one.name]
        return [one.mention.text for one in names[:1] or ranked[:_NOUNS]]

    def _theme_beside(self, meant: Sequence[_Known]) -> list[str]:
        """A name that goes with "the album" when no name was put in: one said in the same turn."""
        if any(one.name for one in meant):
            return []
        turn = max((one.turn for one in meant), default=self._turn)
        tail = self._said_of(meant)
        if tail is not None:
            return [tail]
        names = [one.mention.text for one in self._ranked() if one.name and one.turn >= turn][:1]
        return names or self._beside(meant)

    def _beside(self, meant: Sequence[_Known]) -> list[str]:
        """Whose it is: of "which oil does the mower need?" the mower."""
        if len(meant) != 1:
            return []
        noun = re.escape(meant[0].mention.text)
        owned = re.search(rf"\b(?:what|which) {noun} (?:do|does|did) (?=\S)", self._last, re.I)
        found = mentions(self._last, question=True)
        return [one.text for one in found if owned and one.start >= owned.end()][:1]

    def _said_of(self, meant: Sequence[_Known]) -> str | None:
        """What the last question told of the one noun that is meant: "the fee for a gait
        analysis"."""
        if len(meant) != 1:
            return None
        follows = re.search(
            rf"\b{re.escape(meant[0].mention.text)} (?:of|for|on|in) (?:(?:an?|the|my|our) )?",
            self._last,
        )
        if follows is None:
            return None
        asked = mentions(self._last, question=True)
        said = [one for one in asked if DATE.match(self._last, one.start) is None]
        return next((one.text for one in said if one.start == follows.end()), None)

    def _ranked(self) -> list[_Known]:
        """What questions named, the weightiest first. Quoted answers name much that is no topic."""
        asked = [one for one in self._known.values() if one.asked]
        return sorted(asked, key=lambda one: -(one.weight + one.topic))

    def _last_subject(self) -> list[str]:
        """Names and nouns of the last question, else its content words."""
        found = [one.text for one in mentions(self._last, question=True)]
        said = words(_CONTRACTED.sub("", self._last))
        content = [word for word in said if word not in QUESTION_WORDS]
        return found[:_SUBJECTS] or ([" ".join(content)] if content else self._theme())

    def _things_asked(self) -> list[str]:
        """What the last question told of that has a price or a size, in a question who."""
        if not _WHO.match(self._last):
            return []
        found = mentions(self._last, question=True)
        return [one.text for one in found if one.kind in (Kind.THING, Kind.THINGS)][:_NOUNS]


def _with_names(question: str, text: str, names: Sequence[str]) -> Rewrite:
    """The question with names in brackets, those it lacks."""
    have = set(terms(text))
    added = [name for name in names if not set(terms(name)) <= have]
    if added:
        text = f"{text.rstrip('?.! ')} ({', '.join(added)})?"
    return Rewrite(question, text, tuple(added))


def _as_person(mention: Mention) -> Mention:
    return replace(mention, kind=Kind.PERSON) if mention.kind is Kind.ANY else mention
