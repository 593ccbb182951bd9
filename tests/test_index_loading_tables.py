"""What names columns, whatever the format: judged on cells alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.loading.builder import TextBuilder
from index.loading.column_names import Cell, CellKind, cell_of, kind_of
from index.loading.sheet_tables import Area, Sheet, add_sheet
from index.loading.tables import SPANNED, add_table, header_rows
from index.types import BlockKind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1,234.50", CellKind.NUMBER),
        ("1.234,50 €", CellKind.NUMBER),
        ("(5)", CellKind.NUMBER),
        ("12.5%", CellKind.NUMBER),
        ("USD 3", CellKind.NUMBER),
        ("2023-03-15", CellKind.DATE),
        ("15/03/2023", CellKind.DATE),
        ("9:30", CellKind.DATE),
        ("9 Oct 2023", CellKind.DATE),
        ("14 November 2024", CellKind.DATE),
        ("4 Mayors 2024", CellKind.TEXT),
        ("X100", CellKind.TEXT),
        ("3 pcs of two", CellKind.TEXT),
        ("", CellKind.TEXT),
    ],
)
def test_kinds_of_cells(text: str, kind: CellKind) -> None:
    assert kind_of(text) is kind


@pytest.mark.parametrize(
    ("rows", "bold", "said", "depth"),
    [
        ([["A", "B"], ["1", "2"]], [], False, 0),
        ([["A", "B"], ["1", "2"]], [True, False], False, 1),
        ([["A", "B"], ["1", "2"]], [], True, 1),
        ([["A", "B", "C"], ["x", "1", "y"], ["z", "2", "w"]], [], False, 1),
        ([["Model", "2022", "2023"], ["x", "1", "4"], ["z", "2", "5"]], [], False, 1),
        ([["2022", "2023", "2024"], ["2019", "2020", "2021"]], [], False, 0),
        ([["A", "A", "B"], ["1", "2", "3"]], [], True, 0),
        (
            [["Year", "2022", SPANNED], ["", "low", "high"], ["x", "1", "2"], ["y", "3", "4"]],
            [],
            False,
            2,
        ),
        ([["A", "B", "C"]], [True], True, 0),
        (
            [
                ["Who", "Role", "HX200"],
                ["Tessa", "lead", "9 Oct 2023"],
                ["Bo", "aide", "–"],
                ["Jo", "aide", "4 May 2024"],
            ],
            [],
            False,
            1,
        ),
        (
            [
                ["Test", "Type", "Fridge 2–8 °C"],
                ["Urea", "serum", "24 h"],
                ["Iron", "serum", "2 days"],
            ],
            [],
            False,
            1,
        ),
        (
            [["Rice", "dry", "cup"], ["Flour", "fine", "200 g"], ["Oats", "raw", "90 g"]],
            [],
            False,
            0,
        ),
        ([["Ann", "serum", "5 kg"], ["Bo", "blood", "7 kg"], ["Jo", "oil", "9 kg"]], [], False, 0),
        (
            [
                ["Action", "Who", "By when"],
                ["Paint the hut", "Dev", "May"],
                ["Ask the council", "Karen", "June"],
            ],
            [],
            False,
            1,
        ),
        (
            [
                ["Ann Lee", "Treasurer", "Mill Lane"],
                ["Bo Ray", "Secretary", "High Street"],
                ["Jo Orr", "Member", "The Green"],
            ],
            [],
            False,
            0,
        ),
    ],
)
def test_how_many_rows_are_names(
    rows: list[list[str]], bold: list[bool], said: bool, depth: int
) -> None:
    assert header_rows(rows, bold, said) == depth


@pytest.mark.parametrize(
    ("rows", "form"),
    [
        (["Surname:|Okafor|First name:|Ngozi", "Born:|12/04/1988|Phone:|07700 900456"], True),
        (["Product|Oak table|Colour|Brown", "Weight|25 kg|Size|120 cm"], True),
        (
            ["Invoice:|A 44|Date:|2 May 2024", "Dose:|5 ml|Time:|9:00", "Dose:|2 ml|Time:|6:00"],
            True,
        ),
        (["Name|Ann|Phone|01 13", "Name|Bob|Phone|01 14", "Name|Cy|Phone|01 15"], True),
        (["Field|Type|Note|Status", "age|text|full name|5", "day|date|end date|7"], False),
        (["Field|Sample|Type", "age|44|number", "born|1 May 1999|date", "no|7|number"], False),
        (["Name|Booth|Phone|Fee", "Ann|A4|01 13|25", "Bob|A5|01 14|30"], False),
        (["Date|Where|Time|Host", "2 May 2024|Hall|9:00|Ann", "3 May 2024|Pub|9:30|Bob"], False),
    ],
)
def test_labels_and_values_side_by_side_name_no_column(rows: list[str], form: bool) -> None:
    cells = [row.split("|") for row in rows]
    for headed in (False, True):
        builder = TextBuilder()
        sheet = {n: dict(enumerate(map(cell_of, row))) for n, row in enumerate(cells)}
        add_sheet(builder, Sheet(sheet, headed=headed))
        assert (builder.text == "\n".join(" | ".join(row) for row in cells)) == form
    assert not (form and header_rows(cells))


def test_a_form_above_a_table_takes_no_names_from_it() -> None:
    rows = ["Client|Ann Lee|Date|2 May 2024", "Phone|07700 900|Due|May", "Item|Number|Price|Total"]
    rows += ["Oak|2|£45|£90", "Elm|1|£20|£20"]
    sheet = {n: dict(enumerate(map(cell_of, row.split("|")))) for n, row in enumerate(rows)}
    builder = TextBuilder()
    add_sheet(builder, Sheet(sheet))
    assert builder.text.split("\n\n") == [
        "Client | Ann Lee | Date | 2 May 2024\nPhone | 07700 900 | Due | May",
        "Item: Oak | Number: 2 | Price: £45 | Total: £90\n"
        "Item: Elm | Number: 1 | Price: £20 | Total: £20",
    ]


def test_two_rows_of_names_are_joined() -> None:
    builder = TextBuilder()
    rows = [["Year", "2022", SPANNED], ["", "low", "high"], ["x", "1", "2"]]
    add_table(builder, rows, header_rows(rows, said=True), repeats=False)
    assert builder.text == "Year: x | 2022 low: 1 | 2022 high: 2"


def test_equal_neighbours_are_two_cells_unless_merged() -> None:
    builder = TextBuilder()
    add_table(builder, [["5", "5", "6", SPANNED]], 0, repeats=False)
    add_table(builder, [["5", "5"]], 0)
    assert builder.text == "5 | 5 | 6\n\n5"


grids = st.dictionaries(
    st.integers(0, 12),
    st.dictionaries(
        st.integers(0, 8),
        st.builds(
            Cell,
            st.from_regex(r"[a-z]{3,6}[0-9]{0,2}", fullmatch=True),
            st.sampled_from(CellKind),
            st.booleans(),
        ),
        min_size=1,
        max_size=6,
    ),
    min_size=1,
    max_size=10,
)
areas = st.builds(
    lambda top, left, high, wide: Area(top, left, top + high, left + wide),
    *(st.integers(0, 10) for _ in range(2)),
    *(st.integers(0, 4) for _ in range(2)),
)


@given(grids, st.lists(areas, max_size=3), st.lists(areas, max_size=2), st.booleans())
def test_no_cell_of_a_sheet_is_lost(
    rows: dict[int, dict[int, Cell]], merged: list[Area], tables: list[Area], beside: bool
) -> None:
    builder = TextBuilder()
    add_sheet(builder, Sheet(rows, merged, tables, frozenset((0,)), beside), 1, "Sheet")
    words = set(builder.text.replace(":", " ").split())
    assert {cell.text for row in rows.values() for cell in row.values()} <= words


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (  # words cannot go on where numbers stood: no row takes the names of the table above
            ["Region|2022|2023", "North|10|12", "South|9|11", "", "Team|Lead", "Ops|Ana", "Dev|Bo"],
            "Region: North | 2022: 10 | 2023: 12\nRegion: South | 2022: 9 | 2023: 11\n\n"
            "Team | Lead\nOps | Ana\nDev | Bo",
        ),
        (  # nor where a column begins that the table above has not
            [
                *("Region|Head|Base", "North|Kim|Bonn", "South|Lou|Ulm", ""),
                *("Team|Lead|Floor|Desk", "Ops|Ana|low|left", "Dev|Bo|high|right"),
            ],
            "Region: North | Head: Kim | Base: Bonn\nRegion: South | Head: Lou | Base: Ulm\n\n"
            "Team: Ops | Lead: Ana | Floor: low | Desk: left\n"
            "Team: Dev | Lead: Bo | Floor: high | Desk: right",
        ),
        (  # a mere space between rows
            ["Region|Low|High", "North|10|12", "South|9|11", "", "East|8|5", "West|7|n/a"],
            "Region: North | Low: 10 | High: 12\nRegion: South | Low: 9 | High: 11\n"
            "Region: East | Low: 8 | High: 5\nRegion: West | Low: 7 | High: n/a",
        ),
        (
            ["Task|Jan 24|Feb 24", "Dig|x|", "Rake||x"],
            "Task: Dig | Jan 24: x\nTask: Rake | Feb 24: x",
        ),
        (
            ["|Monday|Tuesday", "Early|Kim|Lou", "Late|Pia|Kim"],
            "Early | Monday: Kim | Tuesday: Lou\nLate | Monday: Pia | Tuesday: Kim",
        ),
        (  # a row that says names again heads a table of its own
            [
                *("Mon-Fri|1st|2nd", "Riverside|07:10|08:10", "Mill Lane|07:18|08:18"),
                *("Saturday|1st|2nd", "Riverside|09:10|10:10", "Mill Lane|09:18|10:18"),
            ],
            "Mon-Fri: Riverside | 1st: 07:10 | 2nd: 08:10\n"
            "Mon-Fri: Mill Lane | 1st: 07:18 | 2nd: 08:18\n\n"
            "Saturday: Riverside | 1st: 09:10 | 2nd: 10:10\n"
            "Saturday: Mill Lane | 1st: 09:18 | 2nd: 10:18",
        ),
        (  # but not a cell that says the name of its column by chance
            ["Team|Mascot|Points", "Ravens|Mascot|3", "Owls|Owl|5", "Team|Bear|6"],
            "Team: Ravens | Mascot | Points: 3\nTeam: Owls | Mascot: Owl | Points: 5\n"
            "Team | Mascot: Bear | Points: 6",
        ),
    ],
)
def test_the_tables_of_a_sheet(rows: list[str], said: str) -> None:
    cells = {
        number: {place: cell_of(text) for place, text in enumerate(row.split("|")) if text}
        for number, row in enumerate(rows)
        if row
    }
    builder = TextBuilder()
    add_sheet(builder, Sheet(cells))
    assert builder.text == said


def test_a_title_holds_over_a_table_that_names_its_columns_twice() -> None:
    rows = ["Bus 42", "Mon-Fri|1st|2nd", "Mill|7:10|8:10", "Saturday|1st|2nd", "Mill|9:10|9:50"]
    builder = TextBuilder()
    sheet = {n: dict(enumerate(map(cell_of, row.split("|")))) for n, row in enumerate(rows)}
    add_sheet(builder, Sheet(sheet))
    assert [block.kind for block in builder.blocks if block.start == 0] == [BlockKind.HEADING]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            ["Part|Length|Weight", "|mm|[kg]", "A1|12|3", "A2|14|4"],
            "Part: A1 | Length (mm): 12 | Weight (kg): 3\n"
            "Part: A2 | Length (mm): 14 | Weight (kg): 4",
        ),
        (["Length|Weight", "(mm)|kg", "12|3"], "Length (mm): 12 | Weight (kg): 3"),
        (
            ["Town|Sun|Rain|", "|h|mm|%", "Ulm|9|3|5"],
            "Town: Ulm | Sun (h): 9 | Rain (mm): 3 | %: 5",
        ),
        (["Test|Urea|Iron", "|g/l|µg/l", "Ann|3|7"], "Test: Ann | Urea (g/l): 3 | Iron (µg/l): 7"),
        (["Art|Ann|Bo", "|A|V", "Song|B|A"], None),
        (["Length|Weight", "mm|kg"], None),
    ],
)
def test_units_below_names_join_them(rows: list[str], said: str | None) -> None:
    cells = [row.split("|") for row in rows]
    table, sheet = TextBuilder(), TextBuilder()
    add_table(table, cells, header_rows(cells))
    found = {
        n: {at: cell_of(text) for at, text in enumerate(row) if text} for n, row in enumerate(cells)
    }
    add_sheet(sheet, Sheet(found))
    for builder in (table, sheet):
        assert builder.text == said if said else "(" not in builder.text
