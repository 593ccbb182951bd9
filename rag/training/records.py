"""Made tables, price lists and schedules with questions about their cells.

The public sets ask of running prose only; people also keep tables. Each record sheet here is drawn
from word lists of our own and written the way the loaders write tables: rows that carry their
column names, bare rows, lines of "name: value", or short sentences. Asked are a cell by its row, a
row by its cell, and, for refusing, rows and columns that the sheet does not have.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.training.sources import Row

SOURCE = "records"

Draw = Callable[[random.Random], str]


@dataclass(frozen=True, slots=True)
class Column:
    """One property: how columns are headed, what cells hold, how people ask for it.

    ``asks`` hold {e} for the entity; ``finds`` hold {v} for the value and ask for the entity;
    ``says`` is a sentence with both.
    """

    heads: tuple[str, ...]
    draw: Draw
    asks: tuple[str, ...]
    says: str
    finds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Domain:
    """A kind of sheet: its titles, what its rows are, and their properties."""

    titles: tuple[str, ...]
    heads: tuple[str, ...]
    entity: Draw
    columns: tuple[Column, ...]


def _one(*words: str) -> Draw:
    return lambda chance: chance.choice(words)


def _joined(first: Sequence[str], second: Sequence[str], between: str = " ") -> Draw:
    return lambda chance: f"{chance.choice(first)}{between}{chance.choice(second)}"


def _money(low: int, high: int) -> Draw:
    def draw(chance: random.Random) -> str:
        amount = chance.randint(low, high)
        cents = chance.choice(("", "", ".00", ".50", ".90", f".{chance.randint(10, 99)}"))
        number = f"{amount:,}{cents}" if chance.random() < 0.7 else f"{amount}{cents}"
        return chance.choice(("${}", "€{}", "{} €", "£{}", "{} USD", "CHF {}")).format(number)

    return draw


def _count(low: int, high: int, unit: str = "") -> Draw:
    def draw(chance: random.Random) -> str:
        number = chance.randint(low, high)
        said = f"{number:,}" if chance.random() < 0.5 else str(number)
        return f"{said} {unit}" if unit else said

    return draw


def _date(chance: random.Random) -> str:
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


def _time(chance: random.Random) -> str:
    hour, minute = chance.randint(6, 21), chance.choice((0, 10, 15, 20, 30, 40, 45, 50))
    half = f"{(hour - 1) % 12 + 1}:{minute:02} {'am' if hour < 12 else 'pm'}"
    return chance.choice((f"{hour:02}:{minute:02}", half))


def _person(chance: random.Random) -> str:
    return f"{chance.choice(FIRST)} {chance.choice(LAST)}"


def _code(chance: random.Random) -> str:
    letters = "".join(chance.choice("ABCDEFGHKLMNPRSTVWXZ") for _ in range(chance.randint(1, 3)))
    return f"{letters}{chance.choice(('', '-'))}{chance.randint(10, 9_800)}"


def _phone(chance: random.Random) -> str:
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
_PLACES = (
    *("Aldgate", "Bergen", "Corvo", "Dunmore", "Esk", "Falkirk", "Gironde", "Havel", "Inverness"),
    *("Jura", "Kemi", "Lucca", "Morar", "Narvik", "Oulu", "Pisa", "Quimper", "Riva", "Sligo"),
    *("Tarn", "Ulm", "Varna", "Wells", "York", "Zadar"),
)
_GOODS = (
    *("drill", "kettle", "lamp", "desk", "pump", "router", "scanner", "sensor", "camera", "chair"),
    *("printer", "heater", "mixer", "battery", "monitor", "keyboard", "filter", "valve", "ladder"),
    *("saw", "bicycle", "tent", "stove", "blender", "speaker", "projector", "charger", "bench"),
)
_KINDS = (
    *("Basic", "Compact", "Deluxe", "Eco", "Family", "Garden", "Heavy", "Indoor", "Junior"),
    *("Light", "Mini", "Nordic", "Office", "Premium", "Quick", "Rapid", "Silent", "Travel"),
    *("Ultra", "Vario", "Wireless"),
)
_WORK = (
    *("annual audit", "roof repair", "website", "staff training", "insurance", "heating"),
    *("night security", "window cleaning", "catering", "software licences", "legal advice"),
    *("office supplies", "fleet leasing", "advertising", "travel", "rent", "pest control"),
    *("data backup", "waste disposal", "gardening", "lift maintenance", "translation"),
)
_TOPICS = (
    *("welding", "bookkeeping", "first aid", "pottery", "statistics", "sign language", "sailing"),
    *("beekeeping", "public speaking", "photography", "negotiation", "typography", "chess"),
    *("soldering", "map reading", "fire safety", "carpentry", "astronomy", "baking", "archery"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FOODS = (
    *("lentil soup", "rye bread", "apple cake", "fish stew", "barley salad", "plum jam"),
    *("cheese pie", "bean curry", "onion tart", "oat biscuits", "beet soup", "rice pudding"),
)

DOMAINS: tuple[Domain, ...] = (
    Domain(
        ("Price list", "Product catalogue", "Shop prices", "Stock list", "Order form"),
        ("Product", "Item", "Article", "Model"),
        lambda c: (
            f"{c.choice(_KINDS)} {c.choice(_GOODS)}"
            if c.random() < 0.6
            else f"{c.choice(_GOODS)} {_code(c)}"
        ),
        (
            Column(
                ("Price", "Unit price", "Cost", "Retail price"),
                _money(3, 2_900),
                (
                    "How much does the {e} cost?",
                    "What is the price of the {e}?",
                    "What does the {e} cost?",
                    "price of {e}",
                ),
                "The {e} costs {v}.",
                ("Which product costs {v}?", "What can I buy for {v}?"),
            ),
            Column(
                ("In stock", "Stock", "Units available"),
                _count(0, 900),
                (
                    "How many {e} are in stock?",
                    "How many units of the {e} are available?",
                    "What is the stock of the {e}?",
                ),
                "There are {v} of the {e} in stock.",
            ),
            Column(
                ("Weight", "Shipping weight"),
                _count(1, 80, "kg"),
                ("How heavy is the {e}?", "What does the {e} weigh?", "weight of the {e}"),
                "The {e} weighs {v}.",
                ("Which one weighs {v}?",),
            ),
            Column(
                ("Warranty", "Guarantee"),
                _one("1 year", "2 years", "36 months", "5 years", "none", "18 months"),
                ("How long is the warranty on the {e}?", "What guarantee does the {e} have?"),
                "The warranty on the {e} is {v}.",
            ),
            Column(
                ("Colour", "Finish"),
                _one("matt black", "white", "forest green", "steel", "oak", "navy", "red"),
                ("What colour is the {e}?", "In which finish does the {e} come?"),
                "The {e} comes in {v}.",
                ("Which one is {v}?",),
            ),
        ),
    ),
    Domain(
        ("Staff directory", "Contact list", "Team", "Who does what", "Committee members"),
        ("Name", "Person", "Contact", "Member"),
        _person,
        (
            Column(
                ("Role", "Position", "Function", "Title"),
                _one(
                    *("treasurer", "site manager", "head of sales", "archivist", "nurse"),
                    *("data officer", "secretary", "warehouse lead", "trainer", "auditor"),
                    *("head gardener", "editor", "safety officer", "receptionist", "chair"),
                ),
                ("What is {e}'s role?", "What does {e} do?", "Which position does {e} hold?"),
                "{e} is the {v}.",
                ("Who is the {v}?", "What is the name of the {v}?", "Who works as {v}?"),
            ),
            Column(
                ("Phone", "Extension", "Telephone"),
                _phone,
                ("What is {e}'s phone number?", "How can I reach {e} by phone?"),
                "{e} can be reached at {v}.",
                ("Whose number is {v}?",),
            ),
            Column(
                ("Office", "Room"),
                lambda c: f"{c.choice('ABCDE')}{c.randint(1, 4)}{c.randint(10, 40)}",
                ("Which room is {e} in?", "Where is {e}'s office?"),
                "{e} sits in {v}.",
                ("Who is in room {v}?",),
            ),
            Column(
                ("Since", "Joined", "Start date"),
                _date,
                ("When did {e} join?", "When did {e} start?", "Since when is {e} there?"),
                "{e} joined on {v}.",
                ("Who joined on {v}?",),
            ),
        ),
    ),
    Domain(
        ("Budget", "Spending by item", "Cost plan", "Yearly expenses", "Contracts"),
        ("Item", "Budget line", "Purpose", "Service"),
        _one(*_WORK),
        (
            Column(
                ("Amount", "Budget", "Planned", "Cost"),
                _money(400, 95_000),
                (
                    "How much is budgeted for {e}?",
                    "What is the budget for {e}?",
                    "How much is spent on {e}?",
                    "What does {e} cost?",
                ),
                "{v} is set aside for {e}.",
                ("What is {v} planned for?", "Which item costs {v}?"),
            ),
            Column(
                ("Supplier", "Contractor", "Provider"),
                _joined(LAST, ("Ltd", "& Sons", "GmbH", "Services", "Group", "Partners")),
                ("Who supplies {e}?", "Which company provides {e}?", "Who is in charge of {e}?"),
                "{e} is provided by {v}.",
                ("What does {v} provide?",),
            ),
            Column(
                ("Due", "Deadline", "Renewal date", "Ends"),
                _date,
                ("When is {e} due?", "By when must {e} be renewed?", "When does {e} end?"),
                "{e} is due on {v}.",
                ("What is due on {v}?",),
            ),
            Column(
                ("Approved by", "Responsible", "Owner"),
                _person,
                ("Who approved {e}?", "Who is responsible for {e}?"),
                "{e} was approved by {v}.",
                ("What did {v} approve?", "What is {v} responsible for?"),
            ),
        ),
    ),
    Domain(
        ("Evening classes", "Training calendar", "Workshop programme", "Course dates"),
        ("Class", "Workshop", "Course", "Session"),
        lambda c: c.choice(_TOPICS).capitalize() + c.choice(("", "", " I", " II", " basics")),
        (
            Column(
                ("Day", "Weekday"),
                _one(*_DAYS),
                ("On which day is {e}?", "What day does {e} take place?", "Which day is {e} on?"),
                "{e} takes place on {v}.",
            ),
            Column(
                ("Time", "Starts at", "Begins"),
                _time,
                ("What time does {e} start?", "When does {e} begin?", "At what time is {e}?"),
                "{e} starts at {v}.",
            ),
            Column(
                ("Teacher", "Led by", "Instructor", "Tutor"),
                _person,
                ("Who teaches {e}?", "Who leads {e}?", "Who is the instructor of {e}?"),
                "{e} is taught by {v}.",
                ("What does {v} teach?", "Which class is led by {v}?"),
            ),
            Column(
                ("Places", "Seats", "Max. participants"),
                _count(4, 60),
                ("How many places are there in {e}?", "How many people can attend {e}?"),
                "{e} has {v} places.",
            ),
            Column(
                ("Fee", "Price", "Cost"),
                _money(5, 480),
                ("What is the fee for {e}?", "How much is {e}?", "How much does {e} cost?"),
                "The fee for {e} is {v}.",
            ),
        ),
    ),
    Domain(
        ("Departures", "Timetable", "Ferry times", "Bus stops", "Delivery rounds"),
        ("Stop", "Station", "Port", "Destination"),
        _one(*_PLACES),
        (
            Column(
                ("Departure", "Leaves", "Departs"),
                _time,
                ("When does it leave {e}?", "What is the departure time at {e}?"),
                "It leaves {e} at {v}.",
                ("Where does it stop at {v}?", "From where is there a departure at {v}?"),
            ),
            Column(
                ("Platform", "Gate", "Berth"),
                _count(1, 24),
                ("Which platform is used at {e}?", "From which gate does it leave in {e}?"),
                "In {e} it leaves from number {v}.",
            ),
            Column(
                ("Distance", "Kilometres"),
                _count(2, 870, "km"),
                ("How far is it to {e}?", "What is the distance to {e}?"),
                "It is {v} to {e}.",
                ("Which place is {v} away?",),
            ),
            Column(
                ("Fare", "Ticket", "Adult fare"),
                _money(1, 140),
                ("What is the fare to {e}?", "How much is a ticket to {e}?"),
                "A ticket to {e} is {v}.",
            ),
        ),
    ),
    Domain(
        ("Measurements", "Test results", "Site survey", "Monitoring report", "Quality checks"),
        ("Site", "Sample", "Station", "Specimen"),
        lambda c: c.choice(_PLACES) if c.random() < 0.5 else _code(c),
        (
            Column(
                ("Temperature", "Temp."),
                _count(-20, 95, "°C"),
                ("What temperature was measured at {e}?", "How warm was {e}?"),
                "At {e} it was {v}.",
                ("Where was it {v}?",),
            ),
            Column(
                ("pH", "Acidity (pH)"),
                lambda c: f"{c.randint(3, 9)}.{c.randint(0, 9)}",
                ("What is the pH of {e}?", "How acid is {e}?"),
                "The pH of {e} is {v}.",
                ("Which one has a pH of {v}?",),
            ),
            Column(
                ("Result", "Outcome", "Status"),
                _one("passed", "failed", "pending", "not tested", "borderline", "repeat"),
                ("What was the result for {e}?", "What is the status of {e}?", "Did {e} pass?"),
                "The result for {e} is {v}.",
            ),
            Column(
                ("Date", "Taken on", "Inspected"),
                _date,
                ("When was {e} inspected?", "On what date was {e} checked?"),
                "{e} was inspected on {v}.",
                ("What was inspected on {v}?",),
            ),
            Column(
                ("Inspector", "Checked by"),
                _person,
                ("Who checked {e}?", "Who was the inspector of {e}?"),
                "{e} was checked by {v}.",
                ("What did {v} check?",),
            ),
        ),
    ),
    Domain(
        ("Sales by region", "Members by branch", "Branches", "Visitors", "Annual figures"),
        ("Branch", "Region", "Location", "Town"),
        _one(*_PLACES),
        (
            Column(
                ("2021", "Sales 2021", "In 2021"),
                _count(120, 98_000),
                ("What was the figure for {e} in 2021?", "How many did {e} have in 2021?"),
                "In 2021, {e} had {v}.",
            ),
            Column(
                ("2022", "Sales 2022", "In 2022"),
                _count(120, 98_000),
                ("What was the figure for {e} in 2022?", "How many did {e} have in 2022?"),
                "In 2022, {e} had {v}.",
            ),
            Column(
                ("Change", "Growth"),
                lambda c: f"{c.choice('+-')}{c.randint(0, 40)}.{c.randint(0, 9)} %",
                ("How much did {e} grow?", "What was the change in {e}?"),
                "{e} changed by {v}.",
                ("Which branch changed by {v}?",),
            ),
            Column(
                ("Manager", "Run by", "Head"),
                _person,
                ("Who manages {e}?", "Who runs the {e} branch?", "Who is the head of {e}?"),
                "{e} is run by {v}.",
                ("Which branch does {v} manage?", "Where does {v} work?"),
            ),
            Column(
                ("Opening hours", "Open"),
                lambda c: f"{c.randint(7, 10)}:00–{c.randint(15, 21)}:00",
                ("When is {e} open?", "What are the opening hours in {e}?"),
                "{e} is open {v}.",
            ),
        ),
    ),
    Domain(
        ("Recipes", "Menu", "Canteen plan", "Kitchen notes"),
        ("Dish", "Recipe", "Meal"),
        _one(*_FOODS),
        (
            Column(
                ("Cooking time", "Time", "Minutes"),
                _count(5, 240, "minutes"),
                ("How long does the {e} cook?", "How long does {e} take?"),
                "The {e} takes {v}.",
                ("Which dish takes {v}?",),
            ),
            Column(
                ("Oven", "Heat"),
                _count(120, 260, "°C"),
                ("How hot is the oven for {e}?", "At what temperature is {e} made?"),
                "The {e} is made at {v}.",
            ),
            Column(
                ("Serves", "Portions"),
                _count(2, 60),
                ("How many people does the {e} serve?", "How many portions of {e} are there?"),
                "The {e} serves {v}.",
            ),
            Column(
                ("Allergens", "Contains"),
                _one("nuts", "milk", "gluten", "eggs", "celery", "fish", "mustard", "sesame"),
                ("Which allergens are in the {e}?", "What does the {e} contain?"),
                "The {e} contains {v}.",
                ("Which dish contains {v}?",),
            ),
        ),
    ),
    Domain(
        ("Release notes", "Settings", "Configuration", "Service levels", "Limits"),
        ("Setting", "Option", "Parameter", "Plan"),
        _joined(
            ("cache", "upload", "session", "retry", "backup", "log", "queue", "search", "mail"),
            ("limit", "timeout", "size", "interval", "level", "count", "window"),
            "_",
        ),
        (
            Column(
                ("Default", "Value", "Standard"),
                _one("30 s", "10", "256 MB", "off", "on", "5 minutes", "3", "4096", "none", "1 GB"),
                ("What is the default of {e}?", "What is {e} set to by default?"),
                "By default {e} is {v}.",
            ),
            Column(
                ("Since version", "Added in", "Introduced"),
                lambda c: f"{c.randint(0, 9)}.{c.randint(0, 20)}",
                ("In which version was {e} added?", "Since which version is there {e}?"),
                "{e} was added in version {v}.",
                ("Which setting was added in version {v}?",),
            ),
            Column(
                ("Maximum", "Upper limit"),
                _one("60 s", "100", "2 GB", "unlimited", "24 hours", "12", "65,535"),
                ("What is the maximum of {e}?", "How large can {e} be?"),
                "{e} can be at most {v}.",
            ),
        ),
    ),
)


def record_rows(count: int, chance: random.Random) -> list[Row]:
    """So many questions about made sheets, about three to a sheet; a third have no answer."""
    made: list[Row] = []
    while len(made) < count:
        made += _sheet(chance.choice(DOMAINS), chance)
    return made[:count]


@dataclass(frozen=True, slots=True)
class _Cell:
    entity: str
    value: str
    entity_span: tuple[int, int]
    value_span: tuple[int, int]


def _sheet(domain: Domain, chance: random.Random) -> list[Row]:
    wanted = chance.randint(2, 9)
    entities = list(dict.fromkeys(domain.entity(chance) for _ in range(3 * wanted)))[:wanted]
    columns = chance.sample(domain.columns, chance.randint(1, min(4, len(domain.columns))))
    cells = [[column.draw(chance) for column in columns] for _ in entities]
    text, found = _written(domain, entities, columns, cells, chance)
    title = chance.choice(domain.titles)
    if chance.random() < 0.5:
        title = (
            f"{title} {chance.choice((str(chance.randint(2004, 2030)), chance.choice(_PLACES)))}"
        )
    rows: list[Row] = []
    for place in chance.sample(range(len(columns)), min(2, len(columns))):
        column = columns[place]
        cell = found[chance.randrange(len(entities))][place]
        ask = chance.choice(column.asks).format(e=cell.entity)
        rows.append(_row(title, ask, text, (cell.value_span,)))
        alone = sum(row[place] == cell.value for row in cells) == 1
        if column.finds and alone and chance.random() < 0.5:
            ask = chance.choice(column.finds).format(v=cell.value)
            rows.append(_row(title, ask, text, (cell.entity_span,)))
    drawn = [domain.entity(chance) for _ in range(8)]
    missing = next((entity for entity in drawn if entity not in entities), None)
    if missing is not None and chance.random() < 0.6:
        ask = chance.choice(chance.choice(columns).asks).format(e=missing)
        rows.append(_row(title, ask, text, ()))
    others = [column for column in domain.columns if column not in columns]
    if others and chance.random() < 0.6:
        ask = chance.choice(chance.choice(others).asks).format(e=chance.choice(entities))
        rows.append(_row(title, ask, text, ()))
    return rows


def _written(
    domain: Domain,
    entities: Sequence[str],
    columns: Sequence[Column],
    cells: Sequence[Sequence[str]],
    chance: random.Random,
) -> tuple[str, list[list[_Cell]]]:
    """The sheet's text and, by row and column, where entity and value stand."""
    head = chance.choice(domain.heads)
    heads = [chance.choice(column.heads) for column in columns]
    form = chance.choice(("named", "named", "named", "bare", "lines", "sentences"))
    intro = f"{head} {' '.join(heads)}\n" if form == "bare" and chance.random() < 0.7 else ""
    pieces, length = [intro], len(intro)
    found: list[list[_Cell]] = []
    for entity, row in zip(entities, cells, strict=True):
        here: list[_Cell] = []
        line = ""
        begin = 0
        if form in ("named", "bare"):
            line = f"{head}: {entity}" if form == "named" else entity
            begin = len(line) - len(entity)
        elif form == "lines":
            line = entity
        for column, name, value in zip(columns, heads, row, strict=True):
            if form == "sentences":
                said = column.says.format(e=entity, v=value)
                begin = len(line) + said.index(entity)
                at = len(line) + _place(column.says, entity)
                line += said + " "
            else:
                before = {"named": f" | {name}: ", "bare": " | ", "lines": f"\n{name}: "}[form]
                at = len(line) + len(before)
                line += before + value
            here.append(
                _Cell(
                    entity,
                    value,
                    (length + begin, length + begin + len(entity)),
                    (length + at, length + at + len(value)),
                )
            )
        line = line.rstrip()
        found.append(here)
        pieces.append(line + "\n")
        length += len(line) + 1
    return "".join(pieces).rstrip("\n"), found


def _place(says: str, entity: str) -> int:
    """Where the value begins in the sentence made from ``says``."""
    before = says[: says.index("{v}")]
    return len(before.format(e=entity)) if "{e}" in before else len(before)


def _row(title: str, ask: str, text: str, spans: tuple[tuple[int, int], ...]) -> Row:
    return Row(SOURCE, title, title, ask[:1].upper() + ask[1:], text, spans, bool(spans))
