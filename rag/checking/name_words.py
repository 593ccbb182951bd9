"""Words that tell names from other capitalised words, read by `rag.checking.names`. Data only."""

from __future__ import annotations

TITLES = frozenset(
    "mr mrs ms miss dr doctor prof professor sir lady lord dame saint st president king queen "
    "minister chancellor captain".split()
)
#: Capitalised words that open a sentence, or name a piece of a document: no names.
PLAIN = frozenset(
    """
    a about above according accordingly additionally after afterwards against all almost along also
    although altogether among an and another any anyone anything apart are around as aside at be
    because before below besides between beyond both but by can compared concerning consequently
    contrary could depending despite did do does due during each either else even ever every
    everyone everything except few finally first firstly following for fortunately from further
    furthermore generally given had has have he hence her here his how however i if in including
    indeed initially inside instead into is it its just last lastly later latter least less let
    lets like likewise many may meanwhile might more moreover most much must my near nearly neither
    never nevertheless next no nobody none nonetheless nor not notably nothing now of off often on
    once one only or originally other others otherwise our out outside over overall owing part per
    perhaps please prior provided rather recently regarding regardless second secondly several she
    should similarly since so some someone something sometimes soon still subsequently such than
    thanks that the their them then there therefore these they third this those though through
    throughout thus till to today together too toward towards twice two three four five six seven
    eight nine ten under unless unlike until up upon us use usually very via was we were what when
    whenever where whereas wherever whether which while who whoever whole whom whose why will with
    within without would yes yet you your
    answer answers appendix article articles chapter document documents figure footnote handbook
    note page pages paragraph passage passages policy report section sections source sources step
    table text version
    """.split()
)
#: Of a name, what may be left out.
GENERIC = frozenset(
    "inc ltd llc corp corporation company co group plc gmbh city town county island river lake "
    "street road square university college museum library institute office department team".split()
)
#: Common words, no surnames, that are most likely no names where they open a sentence, though no
#: ending tells.
OPENERS = frozenset(
    """
    absence access advice age air amount area back bad bank beginning better big board bread bus
    call car care cat chair change charge cheap check child children class clean clear client
    coffee cold common complete contact correct cost coverage credit current customer daily
    damage data date dead delivery deposit detailed difference dinner direct dog door double
    drink driver eating electric employee empty end energy entry equal error evening exact extra
    failure false family fast fat fee feedback fewer fire flour food foot force form former
    found fresh front fruit fuel full fund gas great ground guest half health heat heavy help
    high home hot hour ill income index initial input insurance interest internet invoice job
    labour large late lead leave left length level licence limit line link liquid list local
    loss lost lower lunch mail main man manual maximum meat medicine membership men milk minimum
    minor mixed mobile money month morning motor music net new news night noise non normal
    notice nurse oil old online open opening oral order ordinary original output overnight own
    owner paid paper parent parking participant past patient pay people permit person phone
    place plan plant plastic play postage pregnant premium primary print private profit proof
    proper public pupil purchase quality quick rain rate raw reader real red refund regular
    release remote rent reserve residence rest result return revenue right room rubbish safe
    salary sale sample school search secondary service severe share sheet shift sick side sign
    simple single site size smoke social soft soil solid space spare special staff standard
    start state steam stolen storage student subject successful sugar support surface system tax
    tea temporary tenant test ticket time tool total trade traffic training travel treatment
    trial true tuition type unused upper user usual value vehicle visitor voice voter wage waste
    water weak weather website weekend weight wide window woman women work worker written wrong
    year
    """.split()
)
#: Days of the week, whole and short, to the whole one.
DAYS = {
    short: day
    for day, shorts in {
        "monday": "mon",
        "tuesday": "tue tues",
        "wednesday": "wed",
        "thursday": "thu thur thurs",
        "friday": "fri",
        "saturday": "sat",
        "sunday": "sun",
    }.items()
    for short in (day, *shorts.split())
}
#: Adjectives of countries that no ending tells.
COUNTRIES = {
    "british": "britain",
    "czech": "czechia",
    "danish": "denmark",
    "dutch": "netherlands",
    "finnish": "finland",
    "flemish": "flanders",
    "french": "france",
    "greek": "greece",
    "icelandic": "iceland",
    "irish": "ireland",
    "norwegian": "norway",
    "peruvian": "peru",
    "polish": "poland",
    "portuguese": "portugal",
    "scottish": "scotland",
    "spanish": "spain",
    "swedish": "sweden",
    "swiss": "switzerland",
    "thai": "thailand",
    "turkish": "turkey",
    "welsh": "wales",
}
