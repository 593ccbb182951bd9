"""What a text talks of: names and noun phrases with their kind, found without a model.

Rules over words, for English; a text in another language gives its capitalised names at most.
Which mention a pronoun means is decided in `rag.rewriting`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.analysis import QUESTION_WORDS
from rag.follow_ups.dates import FIGURED, MONTHED, PREPOSITIONS
from rag.follow_ups.kinds import Kind, kind_of_name, kind_of_phrase
from rag.follow_ups.nouns import is_plural


@dataclass(frozen=True, slots=True)
class Mention:
    """A name or a noun phrase as it stands in a text."""

    text: str
    kind: Kind
    start: int
    named: bool  #: a name rather than a common noun

    @property
    def holds_name(self) -> bool:
        """Is it a name, or a noun with one: "the Falcon dinghy"?"""
        return self.named or any(map(str.isupper, self.text))


_TITLE = r"(?:Mrs?|Ms|Dr|Prof|St|Rev|Capt|Sgt|Fr)\."
_CAPITAL = rf"{_TITLE}|(?:[A-ZÀ-Þ]|\d{{1,6}}[A-ZÀ-Þ])[\w’'.&-]*\w|[A-ZÀ-Þ]\b\.?"
_SMALL = r"(?:of|the|von|van|de|da|di|la|le|&)"
NAME = re.compile(
    rf"(?<![^\W_])(?!I['’](?:m|ll|ve|d)\b)(?:{_CAPITAL})(?:\s+(?:{_SMALL}\s+){{0,2}}(?:{_CAPITAL}|\d+\b))*"
)
_GOES_ON = re.compile(r"[.,]\d")
_BRACKET = re.compile(r"\((?P<parts>[^()]+)\)\W*$")
_PART = re.compile(r"[^,()\s][^,()]*")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
#: Names are often typed without capitals: "who is ada lovelace?"
_WHO_IS = re.compile(
    r"(?i)^who (?:is|was|'s) (?!the |an? |his |her |it|that|this|he|she|your|my"
    r"|in |at |on |against |for |with )"
    r"([^\W\d_]+(?: [^\W\d_]+){0,2}?)(?: now| today| these days)?\W*$"
)
_ROLES = frozenset(
    "steward treasurer secretary landlord manager director president tenant owner caretaker"
    " chairman chairwoman chairperson captain".split()
)
_DETERMINERS = frozenset(
    "the a an another his her its their our my your this that these those any some each every"
    " no".split()
)
_POINTS = ("this", "that", "these", "those")
_LEADS = _DETERMINERS | frozenset(
    "of in on at for with from by about against to into as than is are was were which what"
    " many".split()
)
#: Verbs that often follow a noun phrase and would be taken for its last word.
_VERBS = frozenset(
    """
    add agree allow answer appear apply ask bear become begin belong break bring build buy call
    cause change come compare contain continue cost count cover create decide depend differ die do
    drive earn eat end enjoy expect fail fall fight find finish fit follow get give go grow happen
    have hear help hold include join keep know last lead learn leave let like live look lose love
    make mean meet move need open own pay perform play produce provide put reach read receive
    release remain require rise run say see seem sell send serve set show sign sing sit sleep speak
    spend stand start stay stop study take talk teach tell think travel treat try turn understand
    use visit wait walk want wear win work write mow hire rent lend borrow went came made took got
    said won wrote became began held led left lost met ran saw sold sent spoke told thought did died
    gave grew found fell kept knew paid put sang sat stood taught wore
    """.split()
)
_BEFORE_VERBS = frozenset("what which is are was were".split())
_ASKING = frozenset("do does did can could will would should may might must".split())
#: "How do I bake …", "how to bake …": the verb before what it is done to.
_BEFORE_TO = (
    "have|has|had|having|need|needs|needed|want|wants|wanted|like|going|able|allowed|try|ought|used"
    "|supposed|plan|planned|agree|agreed|decide|decided|meant|hope|easy|hard|free"
)
_LINKS = ("is", "are", "was", "were")
#: What is said of something: "Is the hall big enough?"
_PREDICATES = frozenset(
    """
    suitable safe open closed free ready available full empty big small large high low deep long
    short wide heavy enough worth worthwhile necessary possible legal true new old broken clean
    dirty compulsory mandatory optional valid due late early private public accessible okay ok good
    bad cheap cheaper dear expensive loud quiet hot cold warm wet dry strong weak still near far
    better worse bigger smaller older newer longer shorter more less best right wrong
    """.split()
)
_HAPPENS = frozenset("happens happened means counts follows comes goes changes changed".split())
_DOING = re.compile(
    r"\b(?:(?:do|can|could|may|must|should|would|will) (?:i|you|we|one|people)|how to"
    rf"|(?:{_BEFORE_TO}) to) (?!(?:{_BEFORE_TO}) to\b)([a-z]+)\b",
    re.I,
)
_NOUNS = frozenset(
    "meeting building painting wedding evening morning parking training ceiling heating lighting"
    " wiring flooring hearing filing rating ruling setting funding hosting assembly supply family"
    " reply anomaly monopoly".split()
)
_STOPS = frozenset(
    "most least per now ever himself herself itself themselves although while when since before"
    " later however between during against without via like".split()
)
_NO_NAMES = (
    QUESTION_WORDS
    | frozenset(f"{PREPOSITIONS}|between|about".split("|"))
    | frozenset(f"{day}days" for day in "mon tues wednes thurs fri satur sun".split())
    | frozenset(
        """
    vat gbp eur usd chf tbc tba
    i but yes no not however although while when where during since before then later also and or
    feb apr jun jul aug sept oct nov dec tue wed thu fri
    january february march april may june july august september october november december monday
    tuesday wednesday thursday friday saturday sunday one two three four five six seven eight nine
    ten many most several both each another according because despite eventually finally first
    further initially meanwhile moreover nevertheless originally overall please recently still
    though thus today together unfortunately unlike upon usually yet dear hello hi thanks besides
    someone somebody everyone everybody anyone anybody nobody something everything nothing others
    give list name show explain describe summarise summarize section chapter page table figure
    """.split()
    )
)
_EMPTY_NOUNS = frozenset(
    """
    anything aspect aspects bit case example fact information interesting kind lot more much number
    other others part parts point reason sort start something stuff thing things time times type
    way ways else well good best new main same article articles first last
    """.split()
)
_APPENDED = re.compile(
    "album|song|film|movie|novel|policy|guide|manual|report|agreement|street|road|river|island"
    "|tower|lighthouse|library|museum|church|season|city|county|records|hall|park|station|hotel"
    "|school|prize|festival|system|memo|handbook|band|team|company|council|university|college"
    "|machine|version|backup|lease|project"
)


def mentions(text: str, *, question: bool) -> list[Mention]:
    """Names, times and noun phrases in order of appearance; of an answer, names and times mostly.

    A capital at the start of a sentence makes no name unless more capitals follow or the word is
    rare enough to be none of the usual openers.
    """
    found = [*_names(text), *_times(text)]
    asked = _WHO_IS.match(text) if question and not found else None
    if asked is not None:
        # "who is ada lovelace" names somebody, and tom cook too; "who is site steward" does not
        named = asked[1].rsplit(maxsplit=1)[-1].casefold() not in _ROLES
        found.append(Mention(asked[1], Kind.PERSON, asked.start(1), named))
    taken = [(one.start, one.start + len(one.text)) for one in found]
    for phrase in _phrases(text, question=question):
        end = phrase.start + len(phrase.text)
        if all(end <= start or phrase.start >= stop for start, stop in taken):
            found.append(phrase)
    return sorted([*found, *_bracketed(text, taken)], key=lambda one: one.start)


def _bracketed(text: str, taken: list[tuple[int, int]]) -> Iterator[Mention]:
    """What was put behind a question in brackets to spell it out, but for names."""
    bracket = _BRACKET.search(text)
    if bracket is None:
        return
    for part in _PART.finditer(text, *bracket.span("parts")):
        free = all(part.end() <= first or part.start() >= stop for first, stop in taken)
        if free and part[0].islower():
            yield Mention(part[0], kind_of_phrase(part[0]), part.start(), False)


def _names(text: str) -> list[Mention]:
    found: list[Mention] = []
    dateless = MONTHED.sub(lambda date: "," * len(date.group()), text)
    for match in NAME.finditer(dateless):
        name, start = match.group(), match.start()
        opening = _opens_sentence(text, start)
        # "What Group", "In Dublin": the opener is no part of the name.
        while name:
            first = FIGURED.match(name) or _WORD.match(name)  # "In 2014 Xiaomi"
            if first is None or not (first.re is FIGURED or first.group().casefold() in _NO_NAMES):
                break
            rest = name[first.end() :].lstrip()
            start += len(name) - len(rest)
            name, opening = rest, False
        name = re.sub(r"(?:['’]s|['’]|\.)$", "", name)
        if len(name) < 2 or name.casefold() in _NO_NAMES or not name[0].isalnum():
            continue
        if name[0].islower() or not any(map(str.isupper, name)):  # only small words are left
            continue
        if opening and " " not in name and not _likely_name(text, start, name):
            continue
        found.append(_with_noun(text, start, name))
    return found


def _with_noun(text: str, start: int, name: str) -> Mention:
    """The name, with the noun that says what it is: "Tavisay lighthouse", "a Roman coin"."""
    following = re.match(r"\s+([a-z]+)\b", text[start + len(name) :])
    word = following[1] if following is not None else ""
    whole = text[start : start + len(name) + (following.end() if following is not None else 0)]
    if _APPENDED.fullmatch(word):
        return Mention(whole, Kind.THING, start, True)
    # after "a" or "the" a name that is not the last word only says which coin it is
    which = None if " " in name else re.search(r"(?i)\b(?:an?|the)\s+$", text[:start])
    stops = word in QUESTION_WORDS or word in _STOPS or word in _VERBS or word in _LEADS
    if which and word and not stops and not word.endswith(("ed", "ing")):
        return Mention(whole, kind_of_phrase(whole), start, False)
    return Mention(name, kind_of_name(text, start, name), start, True)


def _opens_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \"'“‘(*_")
    return not before or before[-1] in ".?!:;\n|"


def _likely_name(text: str, start: int, name: str) -> bool:
    """A single capitalised opener is a name when it has a possessive, or a verb or comma next."""
    if any(map(str.isdigit, name)) or (len(name) > 1 and name.isupper()):
        return True
    after = text[start + len(name) :]
    if re.match(
        r"(?:['’]s\b|\s+(?:was|is|were|are|had|has|did|would|will|can|could|said|and [A-Z]|who)\b)",
        after,
    ):
        several = re.match(r"\s+(?:were|are)\b", after) is not None and name.endswith("s")
        return not several and not name.casefold().endswith(("ing", "ings"))
    return bool(re.search(rf"(?<=[a-z,] ){re.escape(name)}\b", text))


def _times(text: str) -> list[Mention]:
    return [Mention(m.group(), Kind.TIME, m.start(), True) for m in FIGURED.finditer(text)]


def _phrases(text: str, *, question: bool) -> list[Mention]:
    """Noun phrases: the run of content words after a determiner, a preposition or "is".

    In a question also after what one does: "soda bread" in "How do I bake soda bread?"
    """
    found: list[Mention] = []
    tokens = list(_WORD.finditer(text))
    verbs = {match.start(1) for match in _DOING.finditer(text)} if question else set()
    place = 0
    while place < len(tokens):
        lead = tokens[place].group().casefold()
        leads = lead in (_LEADS if question else _DETERMINERS)
        verb = place + 1 < len(tokens) and _is_verb(tokens[place + 1], lead, verbs)
        if (not leads and tokens[place].start() not in verbs) or verb:
            place += 1
            continue
        last = place
        while last + 1 < len(tokens) and _continues(text, tokens, last, started=last > place):
            last += 1
        before = tokens[place - 1].group().casefold() if place > 0 else ""
        if before in _LINKS:  # "Is the lake suitable for swimming?"
            said = [n for n in range(place + 2, last + 1) if _says_how(tokens[n])]
            last = said[0] - 1 if said else last
        asked = before in _ASKING
        if (
            asked
            and last - place > 1
            and not (_verb_follows(tokens, last) or _preposition_follows(tokens, last))
        ):
            # "Does the shop repair toasters?": a verb that is not known for one is in there
            last -= 2 if last - place > 2 and is_plural(tokens[last].group()) else 1
        if asked and last + 1 < len(tokens):
            verbs.add(tokens[last + 1].start())  # what is done to follows it
        if last > place:
            year = last > place + 1 and FIGURED.fullmatch(tokens[place + 1].group()) is not None
            start, end = tokens[place + 1 + year].start(), tokens[last].end()
            phrase = text[start:end]
            cut = text[end - 1].isdigit() and _GOES_ON.match(text, end)  # "the first 8" of 8,000
            says = tokens[last].group().casefold() not in _EMPTY_NOUNS
            done = last == place + 1 and (
                (lead in _POINTS and phrase.endswith("ed"))  # "why was that changed"
                or (lead == "to" and last + 1 < len(tokens) and _is_determiner(tokens[last + 1]))
            )
            long = len(phrase.split()) > 2  # "fire assembly point" says what
            if (says or long) and not (cut or done):
                found.append(Mention(phrase, kind_of_phrase(phrase), start, False))
        place = last + 1
    return found


def _is_verb(following: re.Match[str], lead: str, verbs: set[int]) -> bool:
    """Is what follows "to" or "what" what is done, "have to book", "what happens"?"""
    happens = lead in ("what", "which") and following.group().casefold() in _HAPPENS
    return happens or (lead == "to" and following.start() in verbs)


def _says_how(token: re.Match[str]) -> bool:
    return token.group().casefold() in _PREDICATES


def _is_determiner(token: re.Match[str]) -> bool:
    return token.group().casefold() in _DETERMINERS


def _verb_follows(tokens: list[re.Match[str]], last: int) -> bool:
    return last + 1 < len(tokens) and tokens[last + 1].group().casefold() in _VERBS


def _preposition_follows(tokens: list[re.Match[str]], last: int) -> bool:
    """ "Would a second standpipe by the bees cost more": the verb comes later."""
    rest = {token.group().casefold() for token in tokens[last + 2 :]}
    following = tokens[last + 1].group().casefold() if last + 1 < len(tokens) else ""
    return following in ("by", "of", "near", "behind", "beside") and bool(rest & _VERBS)


def _continues(text: str, tokens: list[re.Match[str]], last: int, *, started: bool) -> bool:
    """Whether the next word goes on with a noun phrase whose last word so far is ``last``."""
    here, following = tokens[last], tokens[last + 1]
    word = following.group().casefold()
    between = text[here.end() : following.start()].strip()
    if between and not (between in ("'", "’") and here.group().endswith("s")):
        return False  # punctuation, and not that of "residents' meeting"
    if word in QUESTION_WORDS or word in _LEADS or word in _STOPS or word.endswith("n't"):
        return False
    if not started:
        # "what caused the leak", "is insured": a verb, and no kind of thing
        ends = last + 2 == len(tokens) or tokens[last + 2].group().casefold() in _LEADS
        verb = here.group().casefold() in _BEFORE_VERBS and word.endswith("ed")
        return not (verb and ends)
    last_of_all = last + 2 == len(tokens)
    asks_which = last > 0 and tokens[last - 1].group().casefold() in ("which", "what")
    if asks_which and not last_of_all and _is_third_person(word):
        return False  # "Which band plays at the party?"
    if word in _VERBS and last_of_all and not any(t.group().casefold() in _ASKING for t in tokens):
        return True  # "the honey show"
    # "Which insurance covers damage?": what goes on after a verb's "-s" shows that it is one
    after = tokens[last + 2].group().casefold() if last + 2 < len(tokens) else "of"
    bears_object = after not in _LEADS or after in _DETERMINERS
    owns = last + 2 < len(tokens) and after == "of"  # "the emergency stop of the saw"
    verb = (word in _VERBS and not owns) or (
        word.endswith("s") and word[:-1] in _VERBS and bears_object
    )
    return not verb and (word in _NOUNS or not word.endswith(("ed", "ing", "ly")))


def _is_third_person(word: str) -> bool:
    """Is it a known verb with its "-s": "plays", "goes"?"""
    return word.endswith("s") and (word[:-1] in _VERBS or word.removesuffix("es") in _VERBS)
