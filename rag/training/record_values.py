"""Values that made tables are filled with, drawn from word lists of our own."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

Draw = Callable[[random.Random], str]


def one_of(*words: str) -> Draw:
    """One of the words."""
    return lambda chance: chance.choice(words)


def joined(first: Sequence[str], second: Sequence[str], between: str = " ") -> Draw:
    """A word of each list, put together."""
    return lambda chance: f"{chance.choice(first)}{between}{chance.choice(second)}"


def money(low: int, high: int) -> Draw:
    """A sum in one of a few currencies and writings."""

    def draw(chance: random.Random) -> str:
        amount = chance.randint(low, high)
        cents = chance.choice(("", "", ".00", ".50", ".90", f".{chance.randint(10, 99)}"))
        number = f"{amount:,}{cents}" if chance.random() < 0.7 else f"{amount}{cents}"
        return chance.choice(("${}", "€{}", "{} €", "£{}", "{} USD", "CHF {}")).format(number)

    return draw


def counted(low: int, high: int, unit: str = "") -> Draw:
    """A whole number, at times with a unit."""

    def draw(chance: random.Random) -> str:
        number = chance.randint(low, high)
        said = f"{number:,}" if chance.random() < 0.5 else str(number)
        return f"{said} {unit}" if unit else said

    return draw


def a_date(chance: random.Random) -> str:
    """A day in one of the usual writings."""
    year, month, day = chance.randint(1998, 2031), chance.randint(1, 12), chance.randint(1, 28)
    name = MONTHS[month - 1]
    return chance.choice(
        (
            f"{day} {name} {year}",
            f"{name} {day}, {year}",
            f"{year}-{month:02}-{day:02}",
            f"{day} {name[:3]} {year}",
            f"{name[:3]} {day}",
            f"{name} {day}",
        )
    )


def a_time(chance: random.Random) -> str:
    """A time of day by either clock."""
    hour, minute = chance.randint(6, 21), chance.choice((0, 10, 15, 20, 30, 40, 45, 50))
    half = f"{(hour - 1) % 12 + 1}:{minute:02} {'am' if hour < 12 else 'pm'}"
    return chance.choice((f"{hour:02}:{minute:02}", half))


def a_person(chance: random.Random) -> str:
    """First name and last name."""
    return f"{chance.choice(FIRST)} {chance.choice(LAST)}"


def a_code(chance: random.Random) -> str:
    """Letters and digits, as things and rooms are numbered."""
    letters = "".join(chance.choice("ABCDEFGHKLMNPRSTVWXZ") for _ in range(chance.randint(1, 3)))
    return f"{letters}{chance.choice(('', '-'))}{chance.randint(10, 9_800)}"


def a_phone(chance: random.Random) -> str:
    """Digits in three groups."""
    return f"{chance.randint(20, 99)} {chance.randint(100, 999)} {chance.randint(1000, 9999)}"


MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
FIRST = (
    *("Amina", "Bruno", "Chloe", "Dario", "Edith", "Farid", "Greta", "Hugo", "Ines", "Jonas"),
    *("Keiko", "Lars", "Marta", "Nils", "Olga", "Pablo", "Quentin", "Rosa", "Sami", "Tilda"),
    *("Umar", "Vera", "Wanda", "Xavier", "Yusuf", "Zoe"),
)
LAST = (
    *("Abel", "Brandt", "Castro", "Dahl", "Eriksen", "Fontaine", "Gruber", "Hashimoto", "Ivanov"),
    *("Jansen", "Kaya", "Lindholm", "Moreau", "Novak", "Okafor", "Petit", "Quist", "Rossi"),
    *("Sandoval", "Tran", "Ueda", "Virtanen", "Weber", "Yilmaz", "Zhang"),
)
PLACES = (
    *("Aldgate", "Bergen", "Corvo", "Dunmore", "Esk", "Falkirk", "Gironde", "Havel", "Inverness"),
    *("Jura", "Kemi", "Lucca", "Morar", "Narvik", "Oulu", "Pisa", "Quimper", "Riva", "Sligo"),
    *("Tarn", "Ulm", "Varna", "Wells", "York", "Zadar"),
)
GOODS = (
    *("drill", "kettle", "lamp", "desk", "pump", "router", "scanner", "sensor", "camera", "chair"),
    *("printer", "heater", "mixer", "battery", "monitor", "keyboard", "filter", "valve", "ladder"),
    *("saw", "bicycle", "tent", "stove", "blender", "speaker", "projector", "charger", "bench"),
)
KINDS = (
    *("Basic", "Compact", "Deluxe", "Eco", "Family", "Garden", "Heavy", "Indoor", "Junior"),
    *("Light", "Mini", "Nordic", "Office", "Premium", "Quick", "Rapid", "Silent", "Travel"),
    *("Ultra", "Vario", "Wireless"),
)
WORK = (
    *("annual audit", "roof repair", "website", "staff training", "insurance", "heating"),
    *("night security", "window cleaning", "catering", "software licences", "legal advice"),
    *("office supplies", "fleet leasing", "advertising", "travel", "rent", "pest control"),
    *("data backup", "waste disposal", "gardening", "lift maintenance", "translation"),
)
TOPICS = (
    *("welding", "bookkeeping", "first aid", "pottery", "statistics", "sign language", "sailing"),
    *("beekeeping", "public speaking", "photography", "negotiation", "typography", "chess"),
    *("soldering", "map reading", "fire safety", "carpentry", "astronomy", "baking", "archery"),
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FOODS = (
    *("lentil soup", "rye bread", "apple cake", "fish stew", "barley salad", "plum jam"),
    *("cheese pie", "bean curry", "onion tart", "oat biscuits", "beet soup", "rice pudding"),
)
