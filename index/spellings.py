"""British and American spellings of a word as one, so that a search for either finds both.

Applied to folded words before they are stemmed to search terms; what comes out need be no word.
Pairs that mean other things as well ("cheque" and "check", "tyre" and "tire") stay apart.
"""

from __future__ import annotations

import re

_SUBSTITUTIONS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(?<=\w{3})iz(?=(?:e|e[drs]|ers|ing|able|ation\w*)$)", "is"),  # organize
        (r"yz(?=(?:e|e[drs]|ers|ing)$)", "ys"),  # analyze
        (
            r"(col|fav|lab|neighb|behavi|hon|harb|hum|rum|vap|od|flav|arm|endeav|sav|tum|rig|vig"
            r"|parl|splend|ferv)our",
            r"\1or",
        ),
        (
            r"^((?:kilo|milli|centi|micro|nano|hecto|deci|epi|amphi)?"
            r"(?:cent|met|lit|theat|fib|calib|lust|somb|spect|meag|sab))re(?=s?$)",
            r"\1er",
        ),
        (r"^centred$", "centered"),
        (r"(licen|defen|offen|preten)ce", r"\1se"),
        (r"practis(?=e|ing)", "practic"),
        (r"^programme(?=s?$)", "program"),
        (r"^grey", "gray"),
        (r"(catal|dial|anal|monol|epil|prol)ogue(?=s?$)", r"\1og"),
        (r"(catal|dial)ogu(?=ed|er|ing)", r"\1og"),
        (r"^aluminium", "aluminum"),
        (r"^(m|sm)ould", r"\1old"),
        (r"^plough", "plow"),
        (r"^jewellery$", "jewelry"),
        (r"(enro|insta|fulfi|ski|wi)ll(?=ment|ful)|^(enro|fulfi)ll(?=s?$)", r"\1\2l"),
        (
            r"(travel|cancel|label|model|counsel|fuel|level|marvel|signal|total|dial|tunnel|channel"
            r"|panel|quarrel|rival|equal|initial|pencil)l(?=(?:ed|ing|ings|er|ers|or|ors|ous)$)",
            r"\1",
        ),
        (r"(p|an|h|gyn|leuk|c|f)ae(?=d|m|c|sth|sar)", r"\1e"),  # paediatric, anaemia, faeces
        (r"^oe(?=dem|soph|str)", "e"),  # oedema
        (r"^foet", "fet"),
        (r"rrhoea", "rrhea"),
        (r"^manoeuvr", "maneuvr"),
        (r"^maneuver", "maneuvr"),
        (r"sulph", "sulf"),
        (r"^ageing$", "aging"),
        (r"dgement", "dgment"),
        (r"^skeptic", "sceptic"),
        (r"^cozy$", "cosy"),
        (r"^pajama", "pyjama"),
        (r"^whiskey", "whisky"),
    )
)
# What every word holds that one of these applies to: most words are passed over by it.
_HINT = re.compile(
    "iz|yz|our|re|ce|ll|ae|oe|practis|programme|grey|ogu|aluminium|ould|plough|neuv|sulph|ageing"
    "|dgement|skeptic|cozy|pajama|whiskey"
)
_PREFIX = re.compile(r"(?<![^\W_])(anti|co|e|multi|pre|re|wi)[-‐](?=[^\W\d_]{2})")
_PER_CENT = re.compile(r"\bper\s+cent\b")


def joined(folded: str) -> str:
    """Folded text in which what is written with a hyphen or without has none.

    >>> joined("an e-mail over wi-fi, ten per cent")
    'an email over wifi, ten percent'
    """
    return _PER_CENT.sub("percent", _PREFIX.sub(r"\1", folded))


def one_spelling(word: str) -> str:
    """A folded word in the spelling that stands for both.

    >>> [one_spelling(word) for word in ("colour", "color", "organized", "organised")]
    ['color', 'color', 'organised', 'organised']
    """
    if _HINT.search(word) is None:
        return word
    for pattern, replacement in _SUBSTITUTIONS:
        word = pattern.sub(replacement, word)
    return word
