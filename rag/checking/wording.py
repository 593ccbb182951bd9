"""Words brought to a form in which a paraphrase meets its source: stems, and groups of synonyms.

Only words that everybody uses alike are grouped; what a subject means by its own words is left to
the reader. Opposites are in `rag.checking.polarity`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from index.analysis import QUESTION_WORDS, fold, terms
from rag.checking.quantity_words import DIGITS, MONTHS, SCALES, TENS, UNITS

#: Words that say where something is written or how sure it is, not what.
_REPORTING = frozenset(
    """
    according document documents state states stated say says said mention mentions mentioned
    describe describes described note notes noted passage passages source sources report reports
    reported text section page handbook guide explain explains explained indicate indicates
    indicated specify specifies specified listed lists list given gives give provided provides
    also however therefore thus hence moreover additionally furthermore finally overall respectively
    current currently now today approximately roughly around nearly almost exactly total altogether
    would get gets got become becomes became make makes made take takes took taken
    must should may can shall need needs needed has have had
    per cent percent whether anyone someone everyone something anything thing things way case
    there another every each several various many own used use uses using well even still yet
    already such amount amounts number equal equals
    """.split()
)
_GROUPS = """
    pay paid payment cover reimburse refund compensate
    cost costs price fee charge charged expense
    employee staff worker personnel colleague
    firm company business organisation organization
    buy purchase acquire
    begin began begun start commence launch
    end finish conclude
    require required obligatory mandatory compulsory necessary
    permit allow authorise authorize
    forbid prohibit ban
    big large great huge
    small little tiny
    show display
    repair fix mend
    rise increase grow climb
    fall drop decrease decline reduce fell
    create build made construct
    child children kid
    man men male
    woman women female
    person people individual
    car vehicle automobile
    journey trip travel
    plane aeroplane airplane aircraft flight fly flown
    lend lent loan borrow
    holiday vacation
    doctor physician medical
    certificate note
    limit maximum ceiling cap exceed
    minimum least
    help assist support aid
    ask request apply
    answer reply respond response
    receive obtain
    keep kept retain preserve
    throw discard dispose
    remove delete erase
    replace substitute swap
    change alter modify switch
    hold held contain include comprise
    come came
    go went gone
    send sent submit post
    build built
    lead led
    meet met
    run ran
    see saw seen
    bring brought
    choose chose chosen select pick
    break broke broken
    know knew known
    draw drew drawn
    drive drove driven
    eat ate eaten
    spend spent
    feel felt
    stand stood
    freeze froze frozen
    tear tore torn
    hang hung
    sink sank sunk
    leave left
    think thought
    found establish
    near close nearby
    quick fast rapid
    shut close
    entire whole full complete
    last endure
    live reside
    resident inhabitant
    lawsuit case suit litigation
    quarrel dispute conflict
    settle settlement resolve
    agree agreement consent
    firstly first initial original
    usual normal typical
    annual yearly annually
    average mean
    worldwide global international world
    abroad overseas foreign
    phone telephone smartphone mobile
    stop cease halt
    wait await
    film movie
    home house
    job work
    error fault mistake
    illness sick ill sickness
    salary wage pay
    rent lease
    renter tenant lessee
    owner landlord lessor
    boss manager leader supervisor
    right entitlement entitled
    own belong
    different differ difference
    alone sole solely single only
    mandate oblige
    older elder
    younger junior
    warn warning caution
    danger hazard risk
    dirty soiled
    measure gauge
    meal food
    weigh weight
    tall height high
    long length
    wide width
    deep depth
    speak spoke spoken talk
    teach taught instruct train training
    write wrote written
    sell sold sale
    win won victory
    lose lost
    rule regulation
    aim goal purpose intend
    plan scheduled schedule
    next following subsequent
    previous earlier former prior before
    after afterwards later
    happen occur
    quantity amount
    protect safeguard
    insurance insure insured
    approve approval
    confirm confirmation
    decide decision
        demand claim
    notify inform tell notice
    fill complete
    hotel accommodation lodging
    room accommodation
    free gratis
    trained qualified
    money fund sum
    cut slice
    heat warm hot
    cool cold chill
    dissolve mix stir
    clean wash rinse wipe
    switch turn
    battery accumulator
    ship vessel boat
    road street
    forest wood
    stone rock
    visit visitor guest
    photograph photo picture
    newspaper press
    author writer
    open opening
    death die died dead
    birth born
    marry married marriage
    quarter fourth
    half halve halved
    double twice
    third
"""
# Numbers with their units, and dates, are compared by value.
_COUNTED = frozenset(unit.lower() for unit in UNITS if unit.isalpha()) - {"second", "foot", "bar"}
_COUNTED |= {*DIGITS, *TENS, *SCALES, *MONTHS}
_BY_STEM: dict[str, str] = {}
for _line in _GROUPS.strip().splitlines():
    _stems = [stem for word in _line.split() for stem in terms(word)]
    for _stem in _stems:
        _BY_STEM.setdefault(_stem, _stems[0])
_WORD = re.compile(r"[^\W\d_](?:[^\W_]|['’](?=\w))*")


@lru_cache(maxsize=65_536)
def wording(word: str) -> tuple[str, ...]:
    """The stems of one word under which synonyms meet; none for words that say nothing."""
    bare = re.sub(r"['’]s?$", "", fold(word))
    if (
        not bare
        or bare in QUESTION_WORDS
        or bare in _REPORTING
        or bare in _COUNTED
        or bare[0].isdigit()
    ):
        return ()
    return tuple(_BY_STEM.get(stem, stem) for stem in terms(bare))


def content(text: str) -> list[str]:
    """The stems of all words of a text that say something, in order; numbers are left out."""
    return [stem for match in _WORD.finditer(text) for stem in wording(match.group())]
