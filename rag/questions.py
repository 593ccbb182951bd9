"""What kind of answer a question asks for, told by its words alone.

Knows nothing of passages or models. The patterns are English; a question in another language is
taken for one that asks a fact.
"""

from __future__ import annotations

import re

_AUXILIARY = (
    r"is|are|was|were|am|do|does|did|has|have|had|can|could|may|might|must|shall|should|will|would"
)
_NEGATED = r"isn'?t|aren'?t|wasn'?t|weren'?t|don'?t|doesn'?t|didn'?t|can'?t|won'?t|shouldn'?t"
_POLAR = re.compile(
    rf"^\W*(?:(?:and|but|so|also|then)\s+)?(?:{_AUXILIARY}|{_NEGATED})\s+(?!not\s+only)\w", re.I
)
_MAY = r"(?:ok(?:ay)?|all ?right|safe|possible|allowed|permitted|legal)"
_IS_IT = re.compile(rf"^\W*{_MAY} (?:to|if|for)\b", re.I)
_NO_WH = r"(?!.*\b(?:wh(?:o|om|ose|at|ats|ich|en|ere|y)|how)\b)"
#: What "the largest bag allowed" and "time allowed" ask for.
_MEASURES = (
    r"(?:list|show|gap|names?|number|amount|cost|price|total|weight|speed|max\w*|min\w*|most|least|limit|level"
    r"|size|age|time|hours|days?|dates?|dose|temperature|length|height|depth|distance|percentage"
    r"|discount|penalty|methods?|types?|kinds?|items?|things?|extras|luggage|baggage|earliest|latest"
    r"|largest|biggest|smallest|highest|lowest|longest|shortest)"
)
#: "Whats" and "isnt", typed without the apostrophe.
_CONTRACTED = re.compile(
    r"\b(?:(?P<word>what|who|where|when|how|there|that)(?P<rest>s)"
    r"|(?P<do>do|does|did|is|are|was|were|has|have|had|could|would|should|must)nt|(?P<can>can)t|(?P<we>we|they|you|i)ve)\b",
    re.I,
)
#: "ok to freeze it", "flash with 16 shots possible?", "dogs allowed in the garden?"
_TERSE_POLAR = re.compile(
    rf"^\W*(?:is it )?{_NO_WH}(?:{_MAY} (?:to|if|for)\s+\w|any chance (?:of an?|to|for)\b"
    rf"|(?!.*\b{_MEASURES}\b)[^?,]*\b(?:possible|ok(?:ay)?|allowed|permitted|included|compulsory"
    r"|mandatory|refundable)"
    r"(?: (?:in|at|on|for|with|by|after|before|here|there|too|as well)\b[^?]*)?\??\s*$)",
    re.I,
)
#: "It is past its date, can we use it?"
_ASKED_LAST = re.compile(
    rf"^\W*(?!(?:{_AUXILIARY})\b){_NO_WH}[^?]*,\s+(?P<asked>(?:{_AUXILIARY})\s+"
    r"(?:i|we|you|it|they|he|she|that|this|these|those)\s+\w[^?]*\?)\s*$",
    re.I,
)
# "Can you tell me where …" and "Is it Monday or Tuesday?" do not ask for yes or no
_POLITE = re.compile(
    r"^\W*(?:(?:can|could|would|will|do) you (?:please )?"
    r"(?:tell|say|explain|show|list|describe|name|summari[sz]e|give|know|find)\b"
    r"|(?:do|can|could|may) (?:we|i) (?:please )?(?:(?:know|find)\b|(?:ask|see|tell)"
    r" (?:who|whom|whose|what|when|where|why|how|which|if|whether)\b))",
    re.I,
)
_CHOICE = re.compile(r"\bor\b(?!\s+not\b)", re.I)
_CLAUSE_END = re.compile(
    r"(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bSt)(?<!\bNo)(?<!\bProf)[.!;:]\s+(?=\S)"
)
_LIST = re.compile(
    r"^\W*(?:list|name|enumerate|who (?:are|were) the"
    r"|(?:what|which) (?:\w+ ){0,2}?\w+(?<![isu])s "
    r"(?:are|were|do|does|did|have|has|had|can|could|may|must|should|come)\b"
    r"|which (?!(?:has|does|was|gas|lens|news|series|species|costs|comes|goes|fits|pays|wins|lasts|"
    r"takes|needs|works|runs|weighs|starts|ends|begins|\w*[siu]s)\b)\w+s "
    r"(?!(?:is|was|has|does|\w+s)\b)\w"
    r"|what (?:are|were) (?!\w+ (?:called|made)\b)"
    r"|what (?:can|could|may|should|must) (?:i|we|you|one) \w+ (?:from|at|in|on|for|with|to)\b"
    r"|(?:what|which) (?:things|items|steps|kinds|types|sorts|ways|options|reasons|ingredients)\b)",
    re.I,
)
_STEPS = re.compile(
    r"^\W*(?:how (?:do|does|did|can|could|should|to|must|would)\b(?! (?:much|many))"
    r"|what (?:must|should|do|can|could) (?:i|we|you|one) "
    r"|(?:what are )?(?:the )?(?:steps|procedure) (?:for|to|of|in|when|if)\b"
    r"|.*\bstep[ -]by[ -]step\b)",
    re.I,
)
_WHOLE = re.compile(
    r"^\W*what(?:'s|’s)?\b.*\b(?:includ\w+|contains?|contained|covers?|covered|holds?|consists?|"
    r"compris\w+|needed|required|allowed|permitted|forbidden|prohibited|excluded|belongs?|"
    r"(?:comes?|came|goes) with)\b",
    re.I,
)
_WHY = re.compile(
    r"^\W*(?:why|how come|explain|describe|for what reason|what is the reason)\b", re.I
)

_PRAISE = (
    r"(?:great|good|cool|perfect|super|excellent|awesome|wonderful|brilliant|amazing|lovely|fine"
    r"|nice|helpful)"
)
_VERY = r"(?:(?:so|very|really|most|just|quite) )?"
_PLEASANTRY = "|".join(
    (
        r"(?:many )?(?:thanks?|thank you|thx|cheers)(?: (?:so|very) much| a (?:lot|million|bunch))?"
        r"(?: for (?:that|this|(?:(?:all )?(?:your|the) )?(?:help|answers?|time)|everything))?",
        r"ok(?:ay)?|all ?right|sure|yes|yeah|yep|no|nope|oh|ah|aha|wow|hm+|sorry|got it",
        r"i see|(?:i )?(?:understand|understood)|(?:that )?makes sense|no problem|never ?mind"
        r"|that(?:'s| is| was| will be) (?:all|it|enough)(?: for (?:now|today))?",
        r"hello|hi|hey|greetings|good (?:morning|afternoon|evening|night|day)|(?:good ?)?bye"
        r"|see you(?: (?:later|soon|tomorrow))?|have a (?:nice|good|great) \w+",
        r"how are you(?: doing)?(?: today)?|how(?:'s| is) it going|what's up|nice to meet you",
        r"great|perfect|excellent|awesome|wonderful|brilliant|amazing|cool",
        rf"{_VERY}{_PRAISE} (?:answer|job|work|stuff|one)|very (?:nice|good|helpful)",
        rf"(?:that|this|it|you)(?:'s|'re| is| are| was) {_VERY}{_PRAISE}|you(?:'re| are) welcome"
        r"|(?:that|this|it) help(?:s|ed)(?: me)?(?: a lot)?",
    )
)
#: Beside a greeting or thanks they ask nothing; alone "fine" and "well" are what libraries take
#: and villages have.
_BESIDE = (
    r"you|there|everyone|all|again|too|then|now|so|and|but|very much|fine|good|well|right|please"
)
_SMALL_TALK = re.compile(
    rf"(?:(?:{_BESIDE})\W+)*(?:{_PLEASANTRY})(?:\W+(?:{_PLEASANTRY}|{_BESIDE}))*", re.I
)
_LONGEST_SMALL_TALK = 80  # characters


def is_small_talk(text: str) -> bool:
    """Are these words a greeting, thanks or the like, which ask nothing?

    >>> [is_small_talk(t) for t in ("Thanks a lot!", "ok, great", "Thanks, and the deposit?")]
    [True, True, False]
    """
    said = re.sub(r"^\W+|\W+$", "", text.replace("’", "'"))
    return len(said) <= _LONGEST_SMALL_TALK and _SMALL_TALK.fullmatch(said) is not None


def last_clause(question: str) -> str:
    """What is asked, without the sentences told before: "I am ill. Whom do I call?" → the second.

    >>> last_clause("My cat is ill. May I stay at home?")
    'May I stay at home?'
    """
    return _CLAUSE_END.split(question.strip())[-1]


def is_polar(question: str) -> bool:
    """Is yes or no asked for?

    >>> [is_polar(q) for q in ("May I keep a dog?", "Can you tell me the price?", "Who may vote?")]
    [True, False, False]
    """
    asked = last_clause(question)
    told = _ASKED_LAST.match(asked)
    asked = told["asked"] if told else asked
    polar = _POLAR.match(asked) or _TERSE_POLAR.match(asked)
    return bool(polar) and not _POLITE.match(asked) and not _CHOICE.search(asked)


def with_apostrophes(question: str) -> str:
    """A question typed in haste as its words are told apart.

    >>> with_apostrophes("whats the rent, and why isnt it due?")
    "what's the rent, and why isn't it due?"
    """
    return _CONTRACTED.sub(_contracted, question)


def _contracted(match: re.Match[str]) -> str:
    if match["word"]:
        return f"{match['word']}'{match['rest']}"
    if match["we"]:
        return f"{match['we']}'ve"
    return f"{match['do']}n't" if match["do"] else f"{match['can']}'t"


def spelled_out(question: str) -> str:
    """A question for yes or no with the verb that it leaves out.

    >>> [spelled_out(q) for q in ("ok to freeze it?", "dogs allowed?", "May I keep a dog?")]
    ['Is it ok to freeze it?', 'Are dogs allowed?', 'May I keep a dog?']
    """
    if not is_polar(question) or not _TERSE_POLAR.match(question) or _POLAR.match(question):
        return question
    said = question.strip()
    if _IS_IT.match(said):
        return f"Is it {said}"
    first = said.split(maxsplit=1)[0]
    return f"{'Are' if re.search('[^s]s$', first) else 'Is'} {said}"


def wants_list(question: str) -> bool:
    """Are several things asked for?"""
    return bool(_LIST.match(last_clause(question)))


def wants_steps(question: str) -> bool:
    """Is a way of doing something asked for, which may take several steps?"""
    return bool(_STEPS.match(last_clause(question)))


def wants_whole(question: str) -> bool:
    """Is it asked what something holds, covers or needs, which may be a list?"""
    return bool(_WHOLE.search(last_clause(question)))


def wants_reason(question: str) -> bool:
    """Is an explanation asked for?"""
    return bool(_WHY.match(last_clause(question)))


def is_open(question: str) -> bool:
    """May the answer take more than one sentence?"""
    return wants_list(question) or wants_steps(question) or wants_reason(question)
