"""The kinds of sheets that are made: their titles, rows and columns, and how people ask of them."""

from __future__ import annotations

from dataclasses import dataclass

from rag.training.record_values import (
    DAYS,
    FOODS,
    GOODS,
    KINDS,
    LAST,
    PLACES,
    TOPICS,
    WORK,
    Draw,
    a_code,
    a_date,
    a_person,
    a_phone,
    a_time,
    counted,
    joined,
    money,
    one_of,
)


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


DOMAINS: tuple[Domain, ...] = (
    Domain(
        ("Price list", "Product catalogue", "Shop prices", "Stock list", "Order form"),
        ("Product", "Item", "Article", "Model"),
        lambda c: (
            f"{c.choice(KINDS)} {c.choice(GOODS)}"
            if c.random() < 0.6
            else f"{c.choice(GOODS)} {a_code(c)}"
        ),
        (
            Column(
                ("Price", "Unit price", "Cost", "Retail price"),
                money(3, 2_900),
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
                counted(0, 900),
                (
                    "How many {e} are in stock?",
                    "How many units of the {e} are available?",
                    "What is the stock of the {e}?",
                ),
                "There are {v} of the {e} in stock.",
            ),
            Column(
                ("Weight", "Shipping weight"),
                counted(1, 80, "kg"),
                ("How heavy is the {e}?", "What does the {e} weigh?", "weight of the {e}"),
                "The {e} weighs {v}.",
                ("Which one weighs {v}?",),
            ),
            Column(
                ("Warranty", "Guarantee"),
                one_of("1 year", "2 years", "36 months", "5 years", "none", "18 months"),
                ("How long is the warranty on the {e}?", "What guarantee does the {e} have?"),
                "The warranty on the {e} is {v}.",
            ),
            Column(
                ("Colour", "Finish"),
                one_of("matt black", "white", "forest green", "steel", "oak", "navy", "red"),
                ("What colour is the {e}?", "In which finish does the {e} come?"),
                "The {e} comes in {v}.",
                ("Which one is {v}?",),
            ),
        ),
    ),
    Domain(
        ("Staff directory", "Contact list", "Team", "Who does what", "Committee members"),
        ("Name", "Person", "Contact", "Member"),
        a_person,
        (
            Column(
                ("Role", "Position", "Function", "Title"),
                one_of(
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
                a_phone,
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
                a_date,
                ("When did {e} join?", "When did {e} start?", "Since when is {e} there?"),
                "{e} joined on {v}.",
                ("Who joined on {v}?",),
            ),
        ),
    ),
    Domain(
        ("Budget", "Spending by item", "Cost plan", "Yearly expenses", "Contracts"),
        ("Item", "Budget line", "Purpose", "Service"),
        one_of(*WORK),
        (
            Column(
                ("Amount", "Budget", "Planned", "Cost"),
                money(400, 95_000),
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
                joined(LAST, ("Ltd", "& Sons", "GmbH", "Services", "Group", "Partners")),
                ("Who supplies {e}?", "Which company provides {e}?", "Who is in charge of {e}?"),
                "{e} is provided by {v}.",
                ("What does {v} provide?",),
            ),
            Column(
                ("Due", "Deadline", "Renewal date", "Ends"),
                a_date,
                ("When is {e} due?", "By when must {e} be renewed?", "When does {e} end?"),
                "{e} is due on {v}.",
                ("What is due on {v}?",),
            ),
            Column(
                ("Approved by", "Responsible", "Owner"),
                a_person,
                ("Who approved {e}?", "Who is responsible for {e}?"),
                "{e} was approved by {v}.",
                ("What did {v} approve?", "What is {v} responsible for?"),
            ),
        ),
    ),
    Domain(
        ("Evening classes", "Training calendar", "Workshop programme", "Course dates"),
        ("Class", "Workshop", "Course", "Session"),
        lambda c: c.choice(TOPICS).capitalize() + c.choice(("", "", " I", " II", " basics")),
        (
            Column(
                ("Day", "Weekday"),
                one_of(*DAYS),
                ("On which day is {e}?", "What day does {e} take place?", "Which day is {e} on?"),
                "{e} takes place on {v}.",
            ),
            Column(
                ("Time", "Starts at", "Begins"),
                a_time,
                ("What time does {e} start?", "When does {e} begin?", "At what time is {e}?"),
                "{e} starts at {v}.",
            ),
            Column(
                ("Teacher", "Led by", "Instructor", "Tutor"),
                a_person,
                ("Who teaches {e}?", "Who leads {e}?", "Who is the instructor of {e}?"),
                "{e} is taught by {v}.",
                ("What does {v} teach?", "Which class is led by {v}?"),
            ),
            Column(
                ("Places", "Seats", "Max. participants"),
                counted(4, 60),
                ("How many places are there in {e}?", "How many people can attend {e}?"),
                "{e} has {v} places.",
            ),
            Column(
                ("Fee", "Price", "Cost"),
                money(5, 480),
                ("What is the fee for {e}?", "How much is {e}?", "How much does {e} cost?"),
                "The fee for {e} is {v}.",
            ),
        ),
    ),
    Domain(
        ("Departures", "Timetable", "Ferry times", "Bus stops", "Delivery rounds"),
        ("Stop", "Station", "Port", "Destination"),
        one_of(*PLACES),
        (
            Column(
                ("Departure", "Leaves", "Departs"),
                a_time,
                ("When does it leave {e}?", "What is the departure time at {e}?"),
                "It leaves {e} at {v}.",
                ("Where does it stop at {v}?", "From where is there a departure at {v}?"),
            ),
            Column(
                ("Platform", "Gate", "Berth"),
                counted(1, 24),
                ("Which platform is used at {e}?", "From which gate does it leave in {e}?"),
                "In {e} it leaves from number {v}.",
            ),
            Column(
                ("Distance", "Kilometres"),
                counted(2, 870, "km"),
                ("How far is it to {e}?", "What is the distance to {e}?"),
                "It is {v} to {e}.",
                ("Which place is {v} away?",),
            ),
            Column(
                ("Fare", "Ticket", "Adult fare"),
                money(1, 140),
                ("What is the fare to {e}?", "How much is a ticket to {e}?"),
                "A ticket to {e} is {v}.",
            ),
        ),
    ),
    Domain(
        ("Measurements", "Test results", "Site survey", "Monitoring report", "Quality checks"),
        ("Site", "Sample", "Station", "Specimen"),
        lambda c: c.choice(PLACES) if c.random() < 0.5 else a_code(c),
        (
            Column(
                ("Temperature", "Temp."),
                counted(-20, 95, "°C"),
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
                one_of("passed", "failed", "pending", "not tested", "borderline", "repeat"),
                ("What was the result for {e}?", "What is the status of {e}?", "Did {e} pass?"),
                "The result for {e} is {v}.",
            ),
            Column(
                ("Date", "Taken on", "Inspected"),
                a_date,
                ("When was {e} inspected?", "On what date was {e} checked?"),
                "{e} was inspected on {v}.",
                ("What was inspected on {v}?",),
            ),
            Column(
                ("Inspector", "Checked by"),
                a_person,
                ("Who checked {e}?", "Who was the inspector of {e}?"),
                "{e} was checked by {v}.",
                ("What did {v} check?",),
            ),
        ),
    ),
    Domain(
        ("Sales by region", "Members by branch", "Branches", "Visitors", "Annual figures"),
        ("Branch", "Region", "Location", "Town"),
        one_of(*PLACES),
        (
            Column(
                ("2021", "Sales 2021", "In 2021"),
                counted(120, 98_000),
                ("What was the figure for {e} in 2021?", "How many did {e} have in 2021?"),
                "In 2021, {e} had {v}.",
            ),
            Column(
                ("2022", "Sales 2022", "In 2022"),
                counted(120, 98_000),
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
                a_person,
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
        one_of(*FOODS),
        (
            Column(
                ("Cooking time", "Time", "Minutes"),
                counted(5, 240, "minutes"),
                ("How long does the {e} cook?", "How long does {e} take?"),
                "The {e} takes {v}.",
                ("Which dish takes {v}?",),
            ),
            Column(
                ("Oven", "Heat"),
                counted(120, 260, "°C"),
                ("How hot is the oven for {e}?", "At what temperature is {e} made?"),
                "The {e} is made at {v}.",
            ),
            Column(
                ("Serves", "Portions"),
                counted(2, 60),
                ("How many people does the {e} serve?", "How many portions of {e} are there?"),
                "The {e} serves {v}.",
            ),
            Column(
                ("Allergens", "Contains"),
                one_of("nuts", "milk", "gluten", "eggs", "celery", "fish", "mustard", "sesame"),
                ("Which allergens are in the {e}?", "What does the {e} contain?"),
                "The {e} contains {v}.",
                ("Which dish contains {v}?",),
            ),
        ),
    ),
    Domain(
        ("Release notes", "Settings", "Configuration", "Service levels", "Limits"),
        ("Setting", "Option", "Parameter", "Plan"),
        joined(
            ("cache", "upload", "session", "retry", "backup", "log", "queue", "search", "mail"),
            ("limit", "timeout", "size", "interval", "level", "count", "window"),
            "_",
        ),
        (
            Column(
                ("Default", "Value", "Standard"),
                one_of(
                    "30 s", "10", "256 MB", "off", "on", "5 minutes", "3", "4096", "none", "1 GB"
                ),
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
                one_of("60 s", "100", "2 GB", "unlimited", "24 hours", "12", "65,535"),
                ("What is the maximum of {e}?", "How large can {e} be?"),
                "{e} can be at most {v}.",
            ),
        ),
    ),
)
