"""Common nouns of English: which name persons, and which are plurals. Rules over their endings."""

from __future__ import annotations

import re

from index.analysis import QUESTION_WORDS

_PERSON_NOUN = re.compile(
    r".*(?:[^e]er|[^t]or|ist|ian|ant|ee|man|woman|person|wife|husband|mother|father|brother|sister"
    r"|daughter|friend|student|resident|parent|child|girl|boy|captain|secretary|guest|deputy)"
    r"|anyone|somebody|someone|everyone"
    r"|(?:(?:land|step|grand|god|half|head|co|vice)-?)?(?:son|lord|lady|king|queen|boss|chief"
    r"|neighbour|neighbor|cousin|uncle|aunt|nephew|niece|heir|cook|nurse|pilot|architect|poet|clerk"
    r"|judge|spouse|trustee|steward|host|chair|vet|doctor|tutor|solicitor|contractor|director"
    r"|conductor|editor|visitor|inspector|instructor|coordinator|accountant|translator|creator"
    r"|investor|auditor|janitor)"
)
_NOT_PERSONS = frozenset(
    """
    letter paper number order water matter summer winter river power offer user-manual computer
    printer charter chapter quarter center centre poster register corner weather semester folder
    restaurant plant grant committee fee coffee degree employee-handbook member-state boiler mower
    heater cooker freezer router toaster mixer cover tower trailer ladder hammer filter timer shower
    flower cooler charger scanner container washer dishwasher dryer drier blender tumble-dryer layer
    meter kilometer thermometer newsletter newspaper counter cancer
    scooter camper screwdriver chandelier
    fiber fibre dinner supper butter pepper
    paper answer finger shoulder liver border shelter gutter shutter fender bumper rubber copper
    silver timber lumber chamber cider ginger burger cracker drawer locker lawnmower strimmer sander
    borer digger tiller spreader roller sprayer trimmer shredder grinder chipper splitter cutter
    tracker speaker amplifier recorder receiver
    planer router printer-paper hoover stapler laser transfer tender ledger voucher sticker banner
    marker binder buffer burner adapter transformer inverter lever lighter fever danger anger hunger
    wonder disorder reminder remainder header footer cluster disaster theater theatre membership
    floor door error mirror sensor corridor anchor decor interior exterior minor major liquor
    fondant deodorant variant pendant coolant covenant warrant disinfectant lubricant refrigerant
    sealant list checklist shortlist playlist waitlist mist wrist twist tree knee bee guarantee
    toffee three talisman
    """.split()
)


def person_noun(word: str) -> bool:
    """Whether a common noun seems to name a person: "tenant", "member", not "apprentice"."""
    return word not in _NOT_PERSONS and _PERSON_NOUN.fullmatch(word) is not None


def is_plural(word: str) -> bool:
    """Whether a common noun looks like a plural: "fees", and neither "glass" nor "bus"."""
    return word.endswith("s") and not word.endswith(("ss", "us", "is"))


def singular(word: str) -> str:
    """The word without the "-s" of its plural, as far as an ending tells."""
    return word[:-1] if word.endswith("s") and word not in QUESTION_WORDS else word
