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
    if 3 <= value <= 10 or value in (20, 100)
    for ending in ("s", "")
}
#: Words that say a number by themselves.
LONE = {
    "both": 2.0,
    "double": 2.0,
    "doubled": 2.0,
    "pair": 2.0,
    "triple": 3.0,
    "tripled": 3.0,
    "zero": 0.0,
}
#: Words that say how many times.
TIMES = {"twice": 2.0, "thrice": 3.0}
#: Words that say how often, and the number and unit between two times.
EVERY = {
    "hourly": (1.0, "hour"),
    "daily": (1.0, "day"),
    "weekly": (1.0, "week"),
    "fortnightly": (2.0, "weeks"),
    "monthly": (1.0, "month"),
    "quarterly": (3.0, "months"),
    "yearly": (1.0, "year"),
    "annually": (1.0, "year"),
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
        "µg μg mcg microgram micrograms": 1e-6,
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
    "area": {
        "cm² cm2 square_centimetres square_centimeters": 1e-4,
        "m² m2 sqm sq_m square_metre square_metres square_meter square_meters": 1,
        "ha hectare hectares": 1e4,
        "km² km2 sq_km square_kilometre square_kilometres square_kilometer square_kilometers": 1e6,
    },
    "square feet": {"ft² sqft sq_ft square_foot square_feet": 1},
    "square miles": {"square_mile square_miles": 1},
    "acres": {"acre acres": 1},
    "miles": {"mile miles": 1},
    "yards": {"yard yards": 1},
    "feet": {"foot feet ft": 1},
    "inches": {"inch inches": 1},
    "pounds": {"lb lbs": 1},
    "ounces": {"oz ounce ounces": 1},
    "speed": {
        "km/h kph kmh km/hr km_per_hour km_an_hour kilometres_per_hour kilometers_per_hour "
        "kilometres_an_hour": 1,
        "m/s m/sec metres_per_second meters_per_second metres_a_second": 3.6,
    },
    "miles per hour": {"mph miles/h miles_per_hour miles_an_hour": 1},
    "knots": {"knots knot": 1},
    "volume": {
        "ml millilitre millilitres milliliter milliliters": 1e-3,
        "cl centilitre centilitres centiliter centiliters": 1e-2,
        "l litre litres liter liters": 1,
        "m³ m3 cubic_metre cubic_metres cubic_meter cubic_meters": 1e3,
    },
    "bytes": {
        "kB KB kilobyte kilobytes": 1e3,
        "MB megabyte megabytes": 1e6,
        "GB gigabyte gigabytes": 1e9,
        "TB terabyte terabytes": 1e12,
    },
    "power": {
        "W watt watts": 1,
        "kW kilowatt kilowatts": 1e3,
        "MW megawatt megawatts": 1e6,
        "GW gigawatt gigawatts": 1e9,
    },
    "energy": {
        "Wh watt-hour watt-hours watt_hour watt_hours": 1,
        "kWh kilowatt-hour kilowatt-hours kilowatt_hour kilowatt_hours": 1e3,
        "MWh megawatt-hour megawatt-hours megawatt_hour megawatt_hours": 1e6,
        "GWh gigawatt-hour gigawatt-hours gigawatt_hour gigawatt_hours": 1e9,
    },
    "joules": {"joule joules": 1, "kJ kilojoule kilojoules": 1e3},
    "calories": {"kcal kilocalorie kilocalories": 1},
    "volts": {"mV millivolt millivolts": 1e-3, "V volt volts": 1, "kV kilovolt kilovolts": 1e3},
    "current": {"mA milliamp milliamps milliampere milliamperes": 1e-3}
    | {"amp amps ampere amperes": 1},
    "frequency": {
        "Hz hertz": 1,
        "kHz kilohertz": 1e3,
        "MHz megahertz": 1e6,
        "GHz gigahertz": 1e9,
    },
    "data rate": {
        "kbps kbit/s kilobits_per_second": 1e3,
        "Mbps Mbit/s megabits_per_second": 1e6,
        "Gbps Gbit/s gigabits_per_second": 1e9,
    },
    "sound": {"dB decibel decibels": 1},
    "pressure": {
        "Pa pascal pascals": 1,
        "hPa mbar millibar millibars": 1e2,
        "kPa": 1e3,
        "bar bars": 1e5,
        "MPa": 1e6,
    },
    "degrees": {"° degrees degree": 1},
    "°C": {"°C degrees_Celsius degree_Celsius degrees_C": 1},
    "°F": {"°F degrees_Fahrenheit degree_Fahrenheit degrees_F": 1},
    "ratio": {
        "% per_cent percent percentage_points percentage_point": 1e-2,
        "‰ per_mille permille": 1e-3,
        "basis_points basis_point": 1e-4,
    },
    "£": {"GBP gbp pounds pound": 1, "pence penny p": 1e-2},
    "$": {"dollars dollar": 1},
    "US$": {"USD usd": 1},
    "€": {"EUR eur euros euro": 1},
    "¥": {"JPY yen": 1},
    "CHF": {"CHF francs franc": 1},
    "CAD": {"CAD": 1},
    "AUD": {"AUD": 1},
    "times": {"times": 1},
}
#: What an amount is in that a sign or code before it says.
CURRENCIES = {
    sign: dimension
    for dimension, signs in {
        "£": "£ GBP",
        "$": "$",
        "US$": "US$ USD",
        "€": "€ EUR",
        "¥": "¥ JPY",
        "CHF": "CHF",
        "CAD": "CAD C$ CA$",
        "AUD": "AUD A$ AU$",
    }.items()
    for sign in signs.split()
}
#: Dimensions of which one is said for the other: "pounds" weigh or pay, "20 degrees" are of either
#: scale, and there are dollars of many countries.
SAID_ALIKE = frozenset(
    frozenset(pair)
    for pair in (
        ("£", "pounds"),
        ("degrees", "°C"),
        ("degrees", "°F"),
        ("$", "US$"),
        ("$", "CAD"),
        ("$", "AUD"),
    )
)
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
