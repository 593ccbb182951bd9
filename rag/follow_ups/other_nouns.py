"""Another thing or name in the place of what the last question asked of: "and the pool?" """

from __future__ import annotations

import re
from collections.abc import Sequence

from index.analysis import QUESTION_WORDS, words
from rag.follow_ups.dates import PREPOSITIONS, WHENS, is_date
from rag.follow_ups.ellipsis import AUXILIARY, fragment_of
from rag.follow_ups.kinds import Kind
from rag.follow_ups.mentions import NAME, Mention, mentions
from rag.follow_ups.nouns import is_plural, person_noun, singular

_ARTICLES = "the|an?|this|that|my|your|our"
#: What things have, and are not: "the deposit for the van".
_ATTRIBUTES = frozenset(
    "deposit fee price cost charge rate rent warranty guarantee rule number address phone email"
    " name size weight colour hour time deadline term date length limit capacity insurance code"
    " password penalty fine discount balance budget salary age height width".split()
)
_BARE_NOUN = r"[a-z][\w-]+(?: (?:\d+\w?|[a-z][\w-]+))?"
_BARE_SUBJECT = re.compile(
    r"(?:how|when|where|why|what|who)(?: \w+){0,2} (?:does|do|did|is|are|was|were|can|will) "
    r"(?P<noun>[a-z][\w-]+(?: \d+\w?)?) [a-z]",
    re.I,
)
_BARE_END = re.compile(
    r"(?:\b(?:to|in|at|of|for|from|with|about|where is|where are)|^who \w+s|^how much is) "
    r"(?P<noun>[a-z][\w-]+(?: \d+\w?)?)$",
    re.I,
)
_KINDS = (
    "single|double|twin|triple|family|small|medium|large|big|little|short|long|old|new|adult|child"
    "|junior|senior|student|full|half|weekly|monthly|daily|hourly|yearly|annual|return|basic"
    "|standard|premium|first|second|third|cheap|expensive|plain|red|blue|green|white|black|brown"
)
_KIND = re.compile(rf"(?:an? |the )?(?P<kind>{_KINDS})(?: one)?", re.I)
_KIND_OF = re.compile(rf"(?:{_KINDS}) [\w-]+", re.I)
_HOW_MANY = re.compile(r"(?i)(?:and )?how many (?P<what>[a-z-]+(?: [a-z-]+)??s)\b")
_DETERMINERS = frozenset("the a an this that these those my your our his her its their".split())


def put_noun(stem: str, fragment: str) -> str | None:
    """The question with a fragment's thing or name for its own; None where it is open which."""
    for way in (
        _same_word,
        _same_count,
        _same_kind,
        _same_name,
        _same_article,
        _only_noun,
        _for_another,
        _bare_noun,
    ):
        put = way(stem, fragment)
        if put is not None:
            return put
    return None


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


def _same_word(stem: str, fragment: str) -> str | None:
    """A phrase that shares a word: "a guest card" for "a replacement card"."""
    own = {singular(word) for word in words(fragment) if word not in QUESTION_WORDS}
    for phrase in reversed(_phrases(stem)):
        have = [singular(word) for word in words(phrase.text)]
        if len(have) > 1 and own & set(have) and own != set(have):
            owner = re.match(r"(?i)(?P<owner>.+?)['’]s\s", phrase.text)
            if owner is not None:  # "room 4's address"
                other = re.sub(r"(?i)^(?:for|of) ", "", fragment)
                owned = Mention(owner["owner"], phrase.kind, phrase.start, phrase.named)
                return _replaced(stem, owned, other)
            return _replaced(stem, phrase, fragment)
    return None


def _same_article(stem: str, fragment: str) -> str | None:
    """ "a dog" for the only "a …" of the question, "the grinder" for the only "the …"."""
    given = re.match(r"(?i)(an?|the)\s+\S", fragment)
    if given is None or len(words(fragment)) > 4:
        return None
    article = r"an?" if given[1].lower() != "the" else "the"
    articled = _with_article(stem, _ARTICLES)
    alike = _with_article(stem, article) or articled
    if len(articled) == 2 and (len(alike) == 2 or (article == "the" and alike != articled[1:])):
        alike = _of_its_kind(stem, articled, fragment)
    if len(alike) != 1 or is_plural(alike[0].text.casefold()) != is_plural(fragment.casefold()):
        return None
    # "How high is the landlord?" is not asked after "How high is the rent?"
    old, new = (one.rsplit(maxsplit=1)[-1].casefold() for one in (alike[0].text, fragment))
    said = re.search(r"(?i)\b(?:is|are|was|were)\s+the\s+$", stem[: alike[0].start])
    if said is not None and person_noun(old) != person_noun(new):
        return None
    return _replaced(stem, alike[0], fragment)


def _with_article(stem: str, article: str) -> list[Mention]:
    found = mentions(stem, question=True)
    return [one for one in found if re.search(rf"(?i)\b(?:{article})\s+$", stem[: one.start])]


def _of_its_kind(stem: str, pair: Sequence[Mention], fragment: str) -> list[Mention]:
    """Which of "the deposit" and "a permit" a fragment takes the place of: "the fee", "the van"."""
    first, second = pair
    end = first.start + len(first.text)
    of = re.fullmatch(rf"(?i)\s+(?:for|of|on)\s+(?:{_ARTICLES})\s+", stem[end : second.start])
    if of is None or not _is_attribute(first.text):
        return []
    return [first] if _is_attribute(fragment) else [second]


def _is_attribute(phrase: str) -> bool:
    return singular(phrase.rsplit(maxsplit=1)[-1].casefold()) in _ATTRIBUTES


def _for_another(stem: str, fragment: str) -> str | None:
    """ "For the pool" in the place of "the gym", the one thing that was asked about, or what
    stands last behind a preposition; "for children" and "for the weekend" take no thing's place."""
    given = re.match(r"(?i)(?:for|with|about|on|of)\s+(?P<other>\S.*)", fragment)
    found = [one for one in mentions(stem, question=True) if one.kind is not Kind.TIME]
    if given is None or not found or len(words(given["other"])) > 4 or is_date(given["other"]):
        return None
    other = given["other"]
    governed = re.search(r"(?i)\b(?:of|for|on|in|to|about)\s+(?:\S+\s+)?$", stem[: found[-1].start])
    old = found[-1]
    alone = len(found) == 1 or _with_article(stem, _ARTICLES) == [old]
    if governed is None and not alone:
        return None
    articled = re.match(rf"(?i)(?:{_ARTICLES})\s", other) is not None
    named = old.holds_name and other[0].isupper()
    if not (articled or named or set(words(other)) & set(words(old.text))) or WHENS.search(other):
        return None
    head = other.rsplit(maxsplit=1)[-1].casefold()
    if not old.holds_name and person_noun(singular(head)) != (old.kind is Kind.PERSON):
        return None
    return _replaced(stem, old, other)


def _bare_noun(stem: str, fragment: str) -> str | None:
    """ "Pilates" in "How much does yoga cost" or "Who teaches yoga": the noun without article
    between two verbs, or at the end."""
    other = re.sub(r"(?i)^(?:for|with|about) ", "", fragment)
    either = (_BARE_SUBJECT.match(stem), _BARE_END.search(stem))
    said = [one for one in either if one and one["noun"].casefold() not in _DETERMINERS]
    asked = said[0] if said else None
    if asked is None or re.fullmatch(_BARE_NOUN, other) is None or is_date(other):
        return None
    bare = {asked["noun"].casefold().split()[0], *other.casefold().split()}
    if bare & (_DETERMINERS | QUESTION_WORDS) or WHENS.search(other):
        return None
    start, end = asked.span("noun")
    return f"{stem[:start]}{other}{stem[end:]}"


def named_alone(previous: str, question: str) -> str | None:
    """The previous question with another name: "Bo Croft?" after "When did Ann Pell join?"."""
    said = question.strip(" ?.!")
    name = NAME.fullmatch(said)
    asks = question.rstrip().endswith("?") and fragment_of(question) is None
    if name is None or " " not in said or not asks:
        return None
    grafted = _same_name(previous.rstrip(" ?.!"), said)
    return f"{grafted}?" if grafted else None


def _only_noun(stem: str, fragment: str) -> str | None:
    """ "And the viola?" for what is mine in the question: "what is my bike insured for"."""
    given = re.match(r"(?i)(?:the|my|our)\s+\S", fragment)
    found = [one for one in mentions(stem, question=True) if one.kind is not Kind.TIME]
    if given is None or len(words(fragment)) > 4 or len(found) != 1 or found[0].named:
        return None
    mine = re.search(r"(?i)\b(?:my|our)\s+$", stem[: found[0].start])
    after = stem[found[0].start + len(found[0].text) :]
    if mine is None or re.match(rf"(?i)\s+(?:{AUXILIARY})\b", after) is None:
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
