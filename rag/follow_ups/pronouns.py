"""Pronouns of a question: which mean something said before, and how a name stands in their place.

Also the other ways to point back: "that album", "anything else", "the second one". English rules,
chosen on half of the CANARD conversations (``python -m eval.benchmarks rewriting``).
"""

from __future__ import annotations

import re

from index.analysis import QUESTION_WORDS, terms, words
from rag.follow_ups.dates import PREPOSITIONS
from rag.follow_ups.kinds import Kind
from rag.follow_ups.mentions import Mention, mentions
from rag.follow_ups.nouns import person_noun

#: Each pronoun with the group it belongs to.
PRONOUNS = {
    **dict.fromkeys(("he", "him", "his", "himself"), "he"),
    **dict.fromkeys(("she", "her", "hers", "herself"), "she"),
    **dict.fromkeys(("it", "its", "itself"), "it"),
    **dict.fromkeys(("they", "them", "their", "theirs", "themselves"), "they"),
}
PRONOUN = re.compile(
    r"\b(?:" + "|".join(sorted(PRONOUNS, key=len, reverse=True)) + r")\b(?!-)", re.I
)
_TITLE = re.compile(r"(?P<he>Mr|Sir|King)\b|(?:Mrs|Ms|Miss|Lady|Queen)\b")
_POSSESSIVE = frozenset({"his", "its", "their", "hers", "theirs"})
#: How well a kind of mention fits a group of pronouns, 0–1; "of them" wants several.
FIT: dict[str, dict[Kind, float]] = {
    "he": {Kind.PERSON: 1.0, Kind.ANY: 0.7, Kind.GROUP: 0.1, Kind.THING: 0.05},
    "she": {Kind.PERSON: 1.0, Kind.ANY: 0.7, Kind.GROUP: 0.1, Kind.THING: 0.05},
    "it": {Kind.THING: 1.0, Kind.ANY: 0.6, Kind.GROUP: 0.5, Kind.THINGS: 0.2, Kind.PERSON: 0.1},
    "they": {Kind.GROUP: 1.0, Kind.THINGS: 0.9, Kind.ANY: 0.7, Kind.PERSON: 0.4, Kind.THING: 0.3},
    "of them": {Kind.THINGS: 1.5, Kind.GROUP: 0.8, Kind.ANY: 0.2},
}
_AUXILIARIES = frozenset(
    "am is are was were do does did has have had can could will would shall should may might must"
    " didn't doesn't don't isn't wasn't aren't weren't hasn't haven't couldn't can't".split()
)
_CONNECTORS = frozenset(
    "if when and or before after because so to while until once that which who than then".split()
)
_CLAUSES = frozenset("and but or if when while because before after".split())
# "It" that means nothing: "is it possible", "how long does it take", "why is it hard to say".
_EXPLETIVE = re.compile(
    r"\bit\b(?:\s+(?:be|is|was|still|really|also|ever|even))*\s+(?:true|necessary|possible|likely"
    r"|rain(?:s|ed)?|snow(?:s|ed)?|that|become (?:law|legal|illegal|mandatory)"
    r"|(?:allowed|legal|illegal|safe|important|takes?|common|normal|better|worth)(?!\W*$))\b"
    r"|\bit be (?:all right|alright|fine|ok|okay|a problem) (?:to|if)\b"
    r"|\bit(?:\s+\w+ly)?\s+(?!open|available|similar|close|due|able|used|known|next|back|over)"
    r"\w+(?<!ed)\s+(?:to|that)\b(?=\s+\w)"
    r"|\b(?:has|had) it been since\b|\bit called (?:when|if)\b"
    r"|\bwhat (?:time|day|year|month|season) (?:is|was) it(?=\W*$| in| for| at| now)"
    r"|\bwhat does it (?:mean|take|cost|feel like) (?:to|for|when|if|that)\b",
    re.I,
)
# "They" that means people in general: "where did they film the series Kildare?"
_PEOPLE = re.compile(
    r"\b(?:do|did|does|would|will|can) they (?:first |start(?:ed)? (?:to )?|stop )?"
    r"(?:film|make|making|put|call|replace|speak|grow|get|build|celebrate|drive|say|change|use"
    r"|(?:start|stop) \w+ing)\b",
    re.I,
)
_PEOPLE_WORDS = 4  # content words from which a question says enough for that
_POINTING = re.compile(
    r"\b(?:this|that|these|those)\s*[?.!]*$"
    r"|\b(?:is|are|was|were|do|does|did|about|of|from|by|for|after|before|to|with|like|besides)"
    r" (?:this|that|these|those)\b(?! \w)"
    r"|^(?:(?:and|but|so) )?(?:(?:why|how|when|where) )?(?:is|are|was|were|does|do|did)"
    r" (?:this|that|these|those) (?:still|also|true|mean|apply|happen|help|work|cause|affect|lead"
    r"|changed?|go ahead|successful|a|the"
    r"|(?:ok|okay|all right|enough|normal|final|definite|included|allowed"
    r"|too (?:much|little|many|few|high|low|late|early))(?=\W*$))\b",
    re.I,
)
#: "Which hospital was that in?", "how long do these last?", "has that ever been done?"
_POINTED_AT = re.compile(
    r"^(?:(?:and|but|so) )?(?:(?:what|which|who|when|where|why|how)\b[\w ]{0,24}? )?"
    r"(?:is|are|was|were|does|do|did|has|have|had|can|could|will|would|should) "
    r"(?:this|that|these|those) (?:ever|in|on|at|for|by|last|mean|been|written|done|cost|take|look"
    r"|count|hold|allowed|enough|too|about|of|from|with|now|anywhere|finally|really|get|work)\b"
    r"|^(?:who|what)(?:['’]s| is| was) that (?:at|in|now|then)\b",
    re.I,
)
#: "To whom?", "who with?", "on what grounds?"
_NO_WORDS = re.compile(
    r"^(?:(?:and|but|so) )?(?:(?:to|with|by|from|for|on|in|at|until|against|since)"
    r" (?:whom?|where|what|which|when)(?: [a-z]+)?"
    r"|(?:who|where|what|when) (?:with|from|to|for|by|until|at|else)"
    r"|why (?:so|only|not|that) ?(?:[a-z]+)?|how (?:so|come)|who (?:[a-z]+ed|did|was|paid|went|got"
    r"|said|chose)(?: (?:in|out|up|it|them|off))?|same for (?:the |my |our )?[a-z]+(?: [a-z]+)?"
    r"|(?:is )?[a-z]+ included|how many people (?:took part|came|went))\W*$",
    re.I,
)
_POINTED_THING = re.compile(
    r"\b(?:is|are|was|were|has|have|did|does) (?:this|that|these|those)"
    r" (?:\w{3,}ed|done|made|put|set|sold|paid|bought|built|so|right|wrong)\b"
    r"|\bhow (?:long|much|many|often|far|big|old|soon) (?:is|are|was|were|does|do|did|will|can)"
    r" (?:that|those) [a-z]+\b",
    re.I,
)
_GOES_ON = re.compile(r"\W*(?:and|but|so) (?:if|when|what|how|who|where|which|why)\b", re.I)
_GOES_ON_IF = re.compile(r"\W*(?:and|but|so) (?:if|when) (?:i|we|you|one|it|they)\b", re.I)
_OWN_SAY = 2  # content words up to which "and who …" asks nothing of its own
_FURTHER = re.compile(
    r"\b(?:else|another(?! (?:word|name|term|type|kind|way|form|example|\w+ \w+) (?:for|of|to))"
    r"|other than that|anything more|tell me more|more (?:about|on|details|examples)|in addition"
    r"|afterwards?|^go on|next(?=\W*$)|in return|instead(?! of)|as well(?! as)"
    r"|too(?=\W*$)|(?:until|since|by|till|back)? ?then(?=\W*$))(?!['’])\b",
    re.I,
)
_OTHERS = re.compile(r"\b(?:any|some|what|which|the) others?\b", re.I)
_PLACE = re.compile(
    r"(?<!are )(?<!is )(?<!were )(?<!was )\bthere\b(?=\s*[?.!]*$)"
    r"|\b(?:go|going|live|stay|get|work|from) there\b",
    re.I,
)
_KIND_NOUN = re.compile(
    r"\bthe (?:albums?|band|group|songs?|film|movie|book|novel|show|series|tour|game|team|record"
    r"|singles?|video|story|company|match|fight)(?=\W*$|\s+(?:is|are|was|were|did|do|does|has|have|had"
    r"|get|got|form\w*|br[eo]a?ke?|start\w*|end\w*|win|won|sell|sold|call\w*|releas\w*|record\w*"
    r"|made|make|receiv\w*|play\w*|and|about|in|on|at|from|an?|very|well|ever|any|successful"
    r"|popular|good|perform\w*|chart\w*|last\w*|go|went|come|came|become|became|stay\w*)\b)",
    re.I,
)
# Short questions that name nothing: "Were there any others?", "How many were granted?"
_EMPTY = re.compile(
    r"^\W*(?:what (?:else )?(?:happened|occurred)(?=\W*$| in \d| next| then| there| after that)"
    r"|(?:is|are|was|were) there (?:any|other|more|some)\b|any\b"
    r"|how (?:many|much) (?:is|are|was|were|of|did|do|does|has|have)\b"
    r"|(?:(?:is|are|was|were|all) )?(?:paid|sent|done|sold|bought|ready|[a-z]{3,}ed)"
    r" (?:yet|already)\W*$"
    r"|(?:for )?how (?:many|much|long|often|old)(?: [a-z]+)?\W*$|in what (?:year|city)\W*$)",
    re.I,
)
_PRICE_OF = re.compile(r"\W*how much (?:is|are|was|were|does|do)\b", re.I)
_FEW = 3  # content words; a question with more says itself which "the album" it means …
_SOME = 5  # … and with more than these what "else" is asked for
# "What mountain has snow on it?": what is asked for is meant.
_ASKED_FOR = re.compile(
    r"\W*(?:what|which) (?:[a-z]+ ){1,2}(?:has|have|had|is|are|was|were) ", re.I
)
# "Besides his achievements, what was Tesla famous for?"
_AHEAD = re.compile(
    r"\W*(?:other than|besides|in addition to|apart from|after|before|since|despite|during|with)\b",
    re.I,
)
_EMPTY_WORDS = 6  # a longer question says enough of itself
_POINTED_NOUN = re.compile(r"\b(?:this|that|these|those|such)\s+([a-z]+)\b", re.I)
_FROM_NOW = re.compile(r"(?:this|these) (?:year|month|week|day|morning|evening|weekend)s?\b", re.I)
_THE = re.compile(r"\bthe\s+$", re.I)
_ANY_TALK = frozenset(
    "article document text page passage topic subject time year period era case point thing".split()
)


def means_nothing_before(text: str, start: int, word: str) -> bool:
    """Whether the question itself says what a pronoun in it means, or it means nothing at all.

    "Can I return a book if it is damaged?" does; in "What music did they play?" the pronoun is the
    subject and music is not what plays.
    """
    group = PRONOUNS[word]
    before = words(text[:start])
    if _means_nothing(text, start, word) or (
        len(before) <= 3 and _AHEAD.match(text) and _names_later(text[start:], group)
    ):
        return True
    earlier = mentions(text[:start], question=True)
    named = [one for one in earlier if one.named and one.kind is not Kind.TIME]
    content = [part for part in before if part not in QUESTION_WORDS]
    if before and before[-1] in _AUXILIARIES:
        if word in _POSSESSIVE or word == "her":  # "The council has its seat in …"
            return bool(named) or (before[-1] in ("has", "have", "had") and bool(content))
        return _said_before(text[:start], before, content, group)
    if group in ("he", "she"):
        persons = [one for one in named if one.kind in (Kind.PERSON, Kind.ANY)]
        return bool(persons) or any(map(person_noun, content))
    several = group == "they" and any(part.endswith("s") or part == "people" for part in content)
    # "Where does the mill get its water?"
    owns = word in _POSSESSIVE and (
        len(content) > 2 or (len(content) == 2 and before[-1] == content[-1])
    )
    joined = owns or before[-1:] in (["if"], ["when"]) or set(before[2:-1]) & _CONNECTORS
    one = bool(earlier) and bool(joined) and (group == "it" or owns)
    return bool(named) or _ASKED_FOR.match(text[:start]) is not None or several or one


def _means_nothing(text: str, start: int, word: str) -> bool:
    """Whether a pronoun stands for nothing: "it is possible", "where did they film …"."""
    if re.match(r"['’]s\b", text[start + len(word) :]):
        return True  # "it's" belongs to a title or a clause of its own
    group = PRONOUNS[word]
    if group == "they" and _PEOPLE.search(text):
        content = [part for part in words(text) if part not in QUESTION_WORDS]
        return len(content) >= _PEOPLE_WORDS
    return group == "it" and _EXPLETIVE.search(text) is not None


def _said_before(before_it: str, before: list[str], content: list[str], group: str) -> bool:
    """Whether a pronoun that is a subject has its noun in a clause or sentence before it."""
    for at, part in enumerate(before):
        if part in _CLAUSES and set(before[:at]) & set(content):
            return True
    told = re.search(r"[.,;!?]", before_it) is not None
    return told and (group in ("it", "they") or any(map(person_noun, content)))


def _names_later(rest: str, group: str) -> bool:
    kinds = (Kind.PERSON, Kind.ANY) if group in ("he", "she") else tuple(Kind)
    return any(one.named and one.kind in kinds for one in mentions(rest, question=False))


def suits_title(group: str, name: str) -> bool:
    """No Mr is "she", no Ms "he", and neither is "it"."""
    title = _TITLE.match(name)
    return title is None or group == "they" or group == ("he" if title["he"] else "she")


def in_place(mention: Mention, word: str, rest: str) -> str:
    """How the mention is written where the pronoun stood; ``rest`` is what follows it."""
    name = mention.text if mention.named else f"the {mention.text}"
    owns = word in _POSSESSIVE
    if word == "her":
        following = words(rest)[:1]
        owns = bool(following) and following[0] not in QUESTION_WORDS
    if not owns:
        return name
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def points_back(question: str, spoken: frozenset[str], last: str = "") -> bool:
    """Whether a question without pronouns leans on the talk: "that album", "anything else".

    ``spoken`` are the terms of the last turn, ``last`` is its question. A question that holds a
    name stands alone.
    """
    found = mentions(question, question=True)
    if any(one.holds_name and one.kind is not Kind.TIME for one in found):
        return False
    content = sum(word not in QUESTION_WORDS for word in words(question))
    ways: list[re.Pattern[str]] = []
    if content <= _SOME:
        ways += [_POINTING, _POINTED_AT]
        if not _AHEAD.match(question):  # "Other than water, what else has …?"
            ways.append(_FURTHER)
    if content <= _FEW:
        ways.append(_NO_WORDS)
        ways += [_OTHERS, _PLACE, _KIND_NOUN, _POINTED_THING]
    # "How much is parking?" after another price brings what it is about
    brings = _PRICE_OF.match(last) is not None and any(
        not one.named and not set(terms(one.text)) & spoken for one in found
    )
    if len(words(question)) <= _EMPTY_WORDS and not (brings and _PRICE_OF.match(question)):
        ways.append(_EMPTY)
    return any(way.search(question) for way in ways) or _points_at_noun(question, spoken)


def goes_on(question: str) -> bool:
    """Whether a short question that names nothing goes on with the last one: "and if I cancel?"."""
    content = sum(word not in QUESTION_WORDS for word in words(question))
    said = [one for one in mentions(question, question=True) if one.kind is not Kind.TIME]
    if any(one.holds_name for one in said) or _GOES_ON.match(question) is None:
        return False
    if _GOES_ON_IF.match(question):
        return content <= _SOME
    return content <= _OWN_SAY and not said


def points_at(question: str) -> bool:
    """Whether it asks about all that was said, "who paid for that?"."""
    return any(way.search(question) for way in (_POINTING, _POINTED_AT, _NO_WORDS))


def _points_at_noun(question: str, spoken: frozenset[str]) -> bool:
    """ "That album", "these rules": a noun of the last turn, or one of any talk."""
    for match in _POINTED_NOUN.finditer(question):
        noun = match[1].casefold()
        if noun in QUESTION_WORDS or _FROM_NOW.match(match.group()):
            continue
        if noun in _ANY_TALK or set(terms(noun)) <= spoken:
            return True
    return False


def is_of_named(question: str, last: str) -> str | None:
    """The name that the last question gave to "the album", when that is all this one asks about.

    None where the question brings something of its own: "Can I keep a cat in the flat?"
    """
    own = mentions(question, question=True)
    asked = mentions(last, question=True)
    names = [one for one in asked if one.named and one.kind is not Kind.TIME]
    if len(own) != 1 or own[0].named or len(names) != 1:
        return None
    before = question[: own[0].start]
    if re.search(rf"(?i)\b(?:{PREPOSITIONS}) the\s+$", before) or not _THE.search(before):
        return None
    said = set(terms(" ".join(one.text for one in asked)))
    return names[0].text if set(terms(own[0].text)) <= said else None
