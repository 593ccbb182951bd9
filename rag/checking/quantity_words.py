"""English words for numbers, months and units, read by `rag.checking.quantities`. Data only."""

from __future__ import annotations

DIGITS = {
    word: value
    for value, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen".split(),
        start=1,
    )
}
TENS = {
    word: 10 * value
    for value, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2
    )
}
SCALES = {
    "dozen": 12.0,
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
}
_SHORT_SCALES = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9}
ORDINALS = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
        "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth "
        "twentieth".split(),
        start=1,
    )
} | {"thirtieth": 30, "fortieth": 40, "fiftieth": 50, "hundredth": 100}
FRACTIONS = {
    "half": 1 / 2,
    "halves": 1 / 2,
    "quarters": 1 / 4,
    "quarter": 1 / 4,
} | {
    f"{word}{ending}": 1 / value
    for word, value in ORDINALS.items()
    if 3 <= value <= 10
    for ending in ("s", "")
}
#: Words that say a number by themselves.
LONE = {
    "both": 2.0,
    "twice": 2.0,
    "double": 2.0,
    "doubled": 2.0,
    "pair": 2.0,
    "thrice": 3.0,
    "triple": 3.0,
    "tripled": 3.0,
    "zero": 0.0,
}

_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)} | {
    "sept": 9,
    **{name[:3]: number for number, name in enumerate(_MONTH_NAMES, start=1) if name != "may"},
}

_UNIT_FORMS: dict[str, dict[str, float]] = {
    "time": {
        "ms millisecond milliseconds": 1e-3,
        "s sec secs second seconds": 1,
        "min mins minute minutes": 60,
        "h hr hrs hour hours": 3600,
        "day days night nights": 86_400,
        "week weeks": 604_800,
        "fortnight fortnights": 1_209_600,
    },
    "months": {
        "month months": 1,
        "year years": 12,
        "decade decades": 120,
        "century centuries": 1200,
    },
    "mass": {
        "mg milligram milligrams": 1e-3,
        "g gram grams gramme grammes": 1,
        "kg kilo kilos kilogram kilograms": 1e3,
        "tonne tonnes": 1e6,
    },
    "length": {
        "mm millimetre millimetres millimeter millimeters": 1e-3,
        "cm centimetre centimetres centimeter centimeters": 1e-2,
        "m metre metres meter meters": 1,
        "km kilometre kilometres kilometer kilometers": 1e3,
    },
    "miles": {"mile miles": 1},
    "feet": {"foot feet ft": 1},
    "volume": {
        "ml millilitre millilitres milliliter milliliters": 1e-3,
        "cl": 1e-2,
        "l litre litres liter liters": 1,
    },
    "bytes": {
        "kB KB kilobyte kilobytes": 1e3,
        "MB megabyte megabytes": 1e6,
        "GB gigabyte gigabytes": 1e9,
        "TB terabyte terabytes": 1e12,
    },
    "power": {"W watt watts": 1, "kW kilowatt kilowatts": 1e3, "MW megawatt megawatts": 1e6},
    "volts": {"V volt volts": 1},
    "pressure": {"bar bars": 1},
    "degrees": {"°C °F ° degrees degree": 1, "degrees_Celsius degrees_Fahrenheit": 1},
    "ratio": {"% per_cent percent percentage_points": 1e-2},
    "£": {"pounds pound": 1, "pence penny p": 1e-2},
    "$": {"dollars dollar": 1},
    "€": {"euros euro": 1},
    "times": {"times": 1},
}
#: Unit as written to its dimension and the factor to the dimension's base.
UNITS = {
    form.replace("_", " "): (dimension, float(factor))
    for dimension, group in _UNIT_FORMS.items()
    for forms, factor in group.items()
    for form in forms.split()
}


def scale_of(word: str) -> float:
    """The factor that a scale word or its short form stands for; 1 for no word."""
    lowered = word.lower()
    return SCALES.get(lowered) or _SHORT_SCALES.get(lowered) or 1.0
