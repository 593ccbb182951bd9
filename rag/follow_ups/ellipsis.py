"""Fragments of questions ("and in 2014?", "why not?", "what about dogs?") put into the question
before. Pure text; which turn to complete from is decided in `rag.rewriting`.
"""

from __future__ import annotations

import re

from index.analysis import QUESTION_WORDS, question_terms, words
from rag.follow_ups.dates import DATE, PREPOSITIONS, is_date, put_date
from rag.follow_ups.kinds import Kind
from rag.follow_ups.mentions import Mention, mentions
from rag.follow_ups.nouns import person_noun

_LEAD = re.compile(
    r"(?i)^(?:(?:and|but|or|so|then|also|what about|how about|what of|ok(?:ay)?|thanks|thank you"
    r"|(?:great|cheers|perfect|right|fine|good)(?=,))\b"
    r"[\s,.!]*)+"
)
_THEN = frozenset(("then", "instead", "though", "too"))
_BARE = re.compile(
    r"(?i)^(?:and |but |so )?(?:why(?: not| so)?|when|where|who|how(?: so| come| much| many| long"
    r"| often| far)?|since when|until when|by when|by whom|with whom|what for|which(?: ones?)?"
    r"|who (?:did|does|do|has|have|is|was|were|will|can)(?: (?:so|then|instead))?"
    r"|how about (?:that|it)|really|are you sure|(?:any|some) (?:details|examples|reasons?))\W*$"
)
_VERBAL = frozenset(
    "am is are was were do does did has have had can could will would shall should may might must"
    " who what when where why how which whose whom he she they it i we you".split()
)
_IN_MAY = re.compile(
    r"\b(?:in|by|of|since|until|during|from|to|\d{1,2}(?:st|nd|rd|th)?) may\b|\bmay (?=\d)", re.I
)
_ARTICLES = "the|an?|this|that|my|your|our"
_PHRASE = re.compile(
    rf"(?i)\b({PREPOSITIONS})\s+((?:(?!(?:{PREPOSITIONS}|and|or)\b)[\w’'&.-]++\s*+)++)"
)
_AUXILIARY = (
    "am|is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must"
)
_FROM_TO = re.compile(r"from [A-Z][\w-]*(?: [A-Z][\w-]*)* to [A-Z][\w-]*(?: [A-Z][\w-]*)*")
_PLACED = ("in", "on", "at")
_STEP = re.compile(
    r"(?:in |for )?(?:the )?(?:year after|next year|following year|year (before)|(previous) year)",
    re.I,
)
# "Who was it back in 2019?" asks the last question of another time.
_IT_WAS = re.compile(
    r"(?:who|what|which|how much|how many|how|where) (?:is|was|were|will) (?:it|that|they)(?: be)?"
    r" (?:back )?((?:in|on|at|for|during) .+?)\W*$",
    re.I,
)
_WHO_IS = re.compile(
    r"(?P<who>(?:(?:and|but|so) )?who(?:['’]s| is| are| was| were)) "
    r"(?P<what>(?:the|an?|my|our|your) .+)$",
    re.I,
)
_TITLED = re.compile(r"(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Sir|Lady)\b\.? [^\W\d_]")
_OCCASION = re.compile(r"(?:at|on|in) the (?:last|latest|first|next|previous) [a-z]+", re.I)
_WHEN_AT_END = re.compile(rf"\s(?:in|on|at|for|during) (?:{DATE.pattern})$", re.I)
_KINDS = (
    "single|double|twin|triple|family|small|medium|large|big|little|short|long|old|new|adult|child"
    "|junior|senior|student|full|half|weekly|monthly|daily|hourly|yearly|annual|return|basic"
    "|standard|premium|first|second|third|cheap|expensive|plain|red|blue|green|white|black|brown"
)
_KIND = re.compile(rf"(?:an? |the )?(?P<kind>{_KINDS})(?: one)?", re.I)
_KIND_OF = re.compile(rf"(?:{_KINDS}) [\w-]+", re.I)
_HOW_MANY = re.compile(r"(?i)(?:and )?how many (?P<what>[a-z-]+(?: [a-z-]+)??s)\b")
_DETERMINERS = frozenset("the a an this that these those my your our his her its their".split())
#: "Motorbikes?", "the cake?", "vegan ones?"; "opening hours?" is a question of its own, and who
#: searches for a word sets no question mark.
_NOUN_ALONE = re.compile(
    r"(?!(?:already|yet|again|please|sorry|pardon|hello|hi|help)\b)[\w’'-]+"
    r"|(?:the|an?|my|our) [\w’'-]+(?: [\w’'-]+)?|[\w-]+ ones?",
    re.I,
)
_LONGEST_FRAGMENT = 8  # words; a longer piece says enough of itself


def fragment_of(question: str) -> str | None:
    """The piece that a fragment of a question consists of, without "and" or "what about".

    None for whole questions, and for bare words without a lead: "parking fees" is a new search.
    """
    lead = _LEAD.match(question)
    rest = question[lead.end() :] if lead else question
    rest = rest.strip(" ?.!,")
    before, _, last = rest.rpartition(" ")
    rest = before if before and last.casefold() in _THEN else rest
    again = _IT_WAS.match(rest)
    if again is not None and DATE.search(again[1]):
        return again[1]
    found = words(rest)
    verbs = _VERBAL & set(words(_IN_MAY.sub("", rest)))
    if not found or len(found) > _LONGEST_FRAGMENT or verbs:
        return None
    opens_with_preposition = re.match(rf"(?i)(?:{PREPOSITIONS})\b", rest) is not None
    only_when = is_date(rest)
    asked = question.rstrip().endswith("?")
    bare_noun = asked and _NOUN_ALONE.fullmatch(rest) is not None
    if lead or only_when or bare_noun or (opens_with_preposition and len(found) <= 4):
        return rest
    return None


def bare(question: str) -> bool:
    """Whether the question is "why?", "how so?" and the like, which ask about the last turn."""
    return _BARE.match(question) is not None


def graft(previous: str, fragment: str) -> str | None:
    """The previous question with the fragment in the place of what it varies, None when unclear."""
    stem = previous.rstrip(" ?.!")
    if not stem or len(question_terms(stem)) > 20:
        return None
    if (other := _who_is(stem, fragment)) is not None:
        return f"{other}?" if other else None
    for way in (
        _next_year,
        put_date,
        _same_occasion,
        _same_preposition,
        _same_word,
        _same_count,
        _same_kind,
        _same_name,
        _same_article,
        _only_noun,
    ):
        grafted = way(stem, fragment)
        if grafted is not None:
            return f"{grafted}?"
    if re.match(rf"(?i)(?:{PREPOSITIONS})\b", fragment):
        return f"{stem} {fragment}?"
    if is_date(fragment):
        return f"{stem} {'in ' if fragment.isdigit() else ''}{fragment}?"
    return None


def _same_preposition(stem: str, fragment: str) -> str | None:
    """ "for a DVD" in the place of "for a late book"; the question may go on after it."""
    given = re.match(rf"(?i)({PREPOSITIONS})\s+\S", fragment)
    if way := _FROM_TO.fullmatch(fragment):
        routes = list(_FROM_TO.finditer(stem))
        if len(routes) == 1 and way:
            return f"{stem[: routes[0].start()]}{fragment}{stem[routes[0].end() :]}"
    spot = None if given is None else _after(stem, given[1]) or _place_at_end(stem, given[1])
    if spot is None:
        return None
    return f"{stem[: spot[0]]}{fragment}{stem[spot[1] :]}"


def _after(stem: str, preposition: str) -> tuple[int, int] | None:
    """From the last such preposition to the end of the phrase it governs."""
    if preposition.casefold() == "of":
        return None
    spots = [spot for spot in _PHRASE.finditer(stem) if spot[1].lower() == preposition.lower()]
    if not spots:
        return None
    spot = spots[-1]
    governed = [
        one for one in mentions(stem, question=True) if spot.start(2) <= one.start < spot.end()
    ]
    if governed:
        return spot.start(), governed[0].start + len(governed[0].text)
    # a verb after the phrase belongs to the question: only a phrase that ends it is replaced
    if spot.end() < len(stem) and len(spot[2].split()) > 3:
        return None
    return spot.start(), spot.start(2) + len(spot[2].rstrip())


def _place_at_end(stem: str, preposition: str) -> tuple[int, int] | None:
    """ "On the pitch" that ends a question, where another place is said: "in the main hall"."""
    if preposition.casefold() not in _PLACED:
        return None
    spots = [_after(stem, other) for other in _PLACED if other != preposition.casefold()]
    ends = [spot for spot in spots if spot is not None and spot[1] == len(stem)]
    phrases = [stem[slice(*spot)] for spot in ends]
    return ends[0] if len(ends) == 1 and not DATE.search(phrases[0]) else None


def _who_is(stem: str, fragment: str) -> str | None:
    """ "Who is the tenant of Flat 3" for "the tenant", but "What about the deposit of Flat 3".

    None for other questions and for a time, a place or another "of Flat 3"; "" for what cannot be
    put into the question.
    """
    asked = _WHO_IS.match(stem)
    if asked is None or is_date(fragment) or re.match(rf"(?i)(?:{PREPOSITIONS})\b", fragment):
        return None
    if _TITLED.match(fragment):
        return f"{asked['who']} {fragment}"
    if re.match(r"(?i)(?:the |an? )?[^\W_]+$|(?:the|an?|my|our) ", fragment) is None or (
        fragment[0].isupper() and not fragment.startswith(("The ", "A "))
    ):
        return None
    head = re.split(rf"(?i)\s(?:{PREPOSITIONS})\s", fragment)[0].rsplit(maxsplit=1)[-1].casefold()
    owner = re.search(rf"(?i)\s(?:{PREPOSITIONS})\s.*", asked["what"])
    tail = owner.group() if owner is not None and " of " not in fragment else ""
    if person_noun(_singular(head)):
        return f"{_agreeing(asked['who'], head)} {fragment}{tail}"
    return f"What about {fragment}{tail}" if tail else ""


def _agreeing(who: str, head: str) -> str:
    several = _singular(head) != head
    for one, more in (("is", "are"), ("was", "were")):
        if who.casefold().endswith((f" {one}", f" {more}")):
            return f"{who.rsplit(maxsplit=1)[0]} {more if several else one}"
    return who


def _same_count(stem: str, fragment: str) -> str | None:
    """ "How many employees" for "how many patents"."""
    asked = _HOW_MANY.match(stem)
    plain = re.fullmatch(r"[a-z-]+(?: [a-z-]+)?(?<!s)s", fragment)
    if asked is not None and re.match(r"\s+of\b", stem[asked.end("what") :]):
        return None  # "how many days of holiday"
    if asked is None or plain is None or fragment.split(maxsplit=1)[0] in _DETERMINERS:
        return None
    return stem[: asked.start("what")] + fragment + stem[asked.end("what") :]


def _same_kind(stem: str, fragment: str) -> str | None:
    """ "A single" in "How much is the twin room?": another kind of the one thing asked about."""
    kind = _KIND.fullmatch(fragment)
    found = [one for one in mentions(stem, question=True) if not one.named]
    kinds = [one for one in found if _KIND_OF.match(one.text)]
    if kind is None or len(kinds) != 1:
        return None
    start = kinds[0].start
    end = start + kinds[0].text.index(" ")
    before = re.sub(r"(?i)\ban?(?=\s+$)", _article(kind["kind"]), stem[:start])
    return f"{before}{kind['kind']}{stem[end:]}"


def _article(word: str) -> str:
    return "an" if word[0].lower() in "aeio" else "a"


def _same_occasion(stem: str, fragment: str) -> str | None:
    """ "At the last weighing" in the place of "in November 2024"."""
    spots = list(_WHEN_AT_END.finditer(stem))
    if _OCCASION.fullmatch(fragment) is None or len(spots) != 1:
        return None
    return f"{stem[: spots[0].start()]} {fragment}"


def _next_year(stem: str, fragment: str) -> str | None:
    """ "The year after" 2023 is 2024."""
    year = re.search(r"\b(?:1\d|20)\d\d\b", stem)
    step = _STEP.fullmatch(fragment)
    if year is None or step is None:
        return None
    number = int(year.group()) + (-1 if step[1] or step[2] else 1)
    return f"{stem[: year.start()]}{number}{stem[year.end() :]}"


def graft_one(previous: str, lead: str | None, which: str) -> str | None:
    """ "in the one in force now", "the one with Blue Spike": the last question about that one.

    With a preposition before it, its phrase gets what follows; without one the phrase that opens
    with the same preposition is replaced.
    """
    stem = previous.rstrip(" ?.!")
    if lead is None:
        grafted = _same_preposition(stem, which)
        return None if grafted is None else f"{grafted}?"
    spot = _after(stem, lead)
    if spot is None:
        return None
    phrase = stem[spot[0] : spot[1]]
    rest = re.sub(r"^\s+(?:of|from|in) (?:1\d|20)\d\d\b", "", stem[spot[1] :])
    return f"{stem[: spot[0]]}{phrase} {which}{rest}?"


def _same_word(stem: str, fragment: str) -> str | None:
    """A phrase that shares a word: "a guest card" for "a replacement card"."""
    own = {_singular(word) for word in words(fragment) if word not in QUESTION_WORDS}
    for phrase in reversed(_phrases(stem)):
        have = [_singular(word) for word in words(phrase.text)]
        if len(have) > 1 and own & set(have) and own != set(have):
            return _replaced(stem, phrase, fragment)
    return None


def _same_article(stem: str, fragment: str) -> str | None:
    """ "a dog" for the only "a …" of the question, "the grinder" for the only "the …"."""
    given = re.match(r"(?i)(an?|the)\s+\S", fragment)
    if given is None or len(words(fragment)) > 4:
        return None
    article = r"an?" if given[1].lower() != "the" else "the"
    alike = [
        phrase
        for phrase in mentions(stem, question=True)
        if re.search(rf"(?i)\b{article}\s+$", stem[: phrase.start])
    ]
    plural = fragment.endswith("s")
    if len(alike) != 1 or alike[0].text.endswith("s") != plural:
        return None
    # "How high is the landlord?" is not asked after "How high is the rent?"
    old, new = (one.rsplit(maxsplit=1)[-1].casefold() for one in (alike[0].text, fragment))
    said = re.search(r"(?i)\b(?:is|are|was|were)\s+the\s+$", stem[: alike[0].start])
    if said is not None and person_noun(old) != person_noun(new):
        return None
    return _replaced(stem, alike[0], fragment)


def _only_noun(stem: str, fragment: str) -> str | None:
    """ "And the viola?" for what is mine in the question: "what is my bike insured for"."""
    given = re.match(r"(?i)(?:the|my|our)\s+\S", fragment)
    found = [one for one in mentions(stem, question=True) if one.kind is not Kind.TIME]
    if given is None or len(words(fragment)) > 4 or len(found) != 1 or found[0].named:
        return None
    mine = re.search(r"(?i)\b(?:my|our)\s+$", stem[: found[0].start])
    after = stem[found[0].start + len(found[0].text) :]
    if mine is None or re.match(rf"(?i)\s+(?:{_AUXILIARY})\b", after) is None:
        return None  # "my lease end" may hold the verb
    old, new = (one.rsplit(maxsplit=1)[-1].casefold() for one in (found[0].text, fragment))
    return None if person_noun(old) != person_noun(new) else _replaced(stem, found[0], fragment)


def _replaced(stem: str, phrase: Mention, fragment: str) -> str:
    """The question with the fragment for the phrase, which loses its article to another one."""
    start, end = phrase.start, phrase.start + len(phrase.text)
    before = re.search(rf"(?i)\b(?:{_ARTICLES})\s+$", stem[:start])
    if before and re.match(rf"(?i)(?:{_ARTICLES})\s", fragment):
        start = before.start()
    return stem[:start] + fragment + stem[end:]


def _same_name(stem: str, fragment: str) -> str | None:
    """The only name of the question for the name of the fragment."""
    new = [one for one in mentions(fragment, question=False) if one.named]
    capital = fragment[:1].isupper() and len(fragment.split()) <= 4
    if not capital and not (new and len(new[0].text) >= len(fragment) - 4):
        return None
    old = [one for one in mentions(stem, question=True) if one.named and one.kind is not Kind.TIME]
    if len(old) != 1 or (new and Kind.TIME in {one.kind for one in new}):
        return None
    start, end = old[0].start, old[0].start + len(old[0].text)
    lead = re.match(rf"(?i)(?:{PREPOSITIONS})\s+", fragment)
    if lead is not None and stem[:start].casefold().endswith(f" {lead.group().casefold()}"):
        fragment = fragment[lead.end() :]
    if re.match(r"['’]s\b", stem[end:]):
        fragment = re.sub(r"['’]s?$", "", fragment)
    return stem[:start] + fragment + stem[end:]


def _phrases(stem: str) -> list[Mention]:
    return [one for one in mentions(stem, question=True) if not one.named]


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and word not in QUESTION_WORDS else word


def expand(previous: str, question: str) -> str | None:
    """ "why?" after "When was it built?" as "Why was it built?"; None when the words do not fit."""
    asked = question.strip(" ?.!")
    asked = re.sub(r"(?i)^(?:and|but|so)\s+", "", asked)
    if not re.fullmatch(
        r"(?i)(?:why(?: not)?|when|where|how(?: long| often)?|since when|until when)", asked
    ):
        return None
    stem = previous.rstrip(" ?.!")
    opened = re.match(rf"(?i)(?:when|where|why|how)\s+(?=(?:{_AUXILIARY})\b)", stem)
    if opened is not None:
        return f"{asked} {stem[opened.end() :]}?"
    if re.match(rf"(?i)(?:{_AUXILIARY})\b", stem):
        stem = stem[0].lower() + stem[1:]
        return f"{asked}: {stem}?" if asked.lower() == "why not" else f"{asked} {stem}?"
    return None
