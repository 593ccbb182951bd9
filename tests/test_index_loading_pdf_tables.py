"""Tables in PDFs: ruled or only in line, over several pages, and what must not become names."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import docx
import pytest
from office_files import convert, needs_soffice
from test_index_loading_pdf import WORDS, check_runs, draw, kinds, lines, make

from index.loading import pdf
from index.loading.limits import Limits
from index.loading.pdf_rules import Line, Rules, grids

pytest.importorskip("reportlab", reason="needs reportlab, a dev dependency")

HEAD = ("Model", "Price", "City")
BODY = (("X100", "20 €", "Paris"), ("X200", "30 €", "Rome"), ("X300", "40 €", "Bonn"))
NAMED = [
    "Model: X100 | Price: 20 € | City: Paris",
    "Model: X200 | Price: 30 € | City: Rome",
    "Model: X300 | Price: 40 € | City: Bonn",
]


def ruled(
    sheet,
    rows: Sequence[Sequence[str]],
    top: float = 700.0,
    bold_first: bool = False,
    left: float = 72,
):
    """A table with a box around each cell; a cell may have several lines. Its lower edge."""
    width = 120.0
    for number, row in enumerate(rows):
        sheet.setFont("Helvetica-Bold" if bold_first and number == 0 else "Helvetica", 10)
        high = 14.0 * max(cell.count("\n") + 1 for cell in row)
        for place, cell in enumerate(row):
            sheet.rect(left + width * place, top - high, width, high)
            for at, line in enumerate(cell.split("\n")):
                sheet.drawString(left + 3 + width * place, top - 11 - 12 * at, line)
        top -= high
    return top


def rows_of(data: bytes) -> list[str]:
    parsed = pdf.parse(data, Limits())
    check_runs(data, parsed)
    return [text for kind, text in kinds(parsed) if kind == "table row"]


def test_a_ruled_table_says_its_names_in_every_row() -> None:
    assert rows_of(make(lambda sheet: ruled(sheet, (HEAD, *BODY)))) == NAMED


def test_words_broken_inside_a_cell_are_one_row() -> None:
    rows = (HEAD, ("X100\nand case", "20 €", "Paris, by\nthe river"), *BODY[1:])
    assert rows_of(make(lambda sheet: ruled(sheet, rows))) == [
        "Model: X100 and case | Price: 20 € | City: Paris, by the river",
        *NAMED[1:],
    ]


def test_cells_that_touch_are_kept_apart_by_the_line_between() -> None:
    def page(sheet) -> None:
        sheet.setFont("Helvetica", 10)
        for number, row in enumerate((HEAD, *BODY)):
            for place, cell in enumerate(row):
                sheet.rect(72 + 40 * place, 700 - 14 * number, 40, 14)
                width = sheet.stringWidth(cell, "Helvetica", 10)
                sheet.drawString(72 + 40 * place + 39 - width, 703 - 14 * number, cell)

    assert rows_of(make(page)) == NAMED


def test_a_table_goes_on_over_the_page_with_its_names_said_once_there_too() -> None:
    def first(sheet) -> None:
        ruled(sheet, (HEAD, *BODY[:2]), 200)

    def second(sheet) -> None:
        ruled(sheet, (HEAD, BODY[2]), 600)

    assert rows_of(make(first, second)) == NAMED

    def bare(sheet) -> None:
        ruled(sheet, (BODY[2], ("X400", "50 €", "Lyon")), 600)

    assert rows_of(make(first, bare))[2:] == [
        NAMED[2],
        "Model: X400 | Price: 50 € | City: Lyon",
    ]


def test_a_table_stands_between_the_words_above_and_below() -> None:
    def page(sheet) -> None:
        draw(sheet, lines(WORDS, 80), 72, 740)
        bottom = ruled(sheet, (HEAD, *BODY), 660)
        draw(sheet, ["What follows the table stands after it."], 72, bottom - 30)

    found = kinds(pdf.parse(make(page), Limits()))
    assert [kind for kind, _ in found] == ["paragraph", *["table row"] * 3, "paragraph"]
    assert found[-1][1] == "What follows the table stands after it."


def test_tables_beside_short_lines_stay_between_them() -> None:
    def page(sheet) -> None:
        draw(sheet, ["Spare parts"], 72, 740)
        bottom = ruled(sheet, (HEAD, BODY[0]), 720, left=200)
        draw(sheet, ["* discontinued"], 72, bottom - 20)
        draw(sheet, ["Labour"], 72, 610)
        bottom = ruled(sheet, (("Job", "Hours", "Price"), ("Oil", "1", "40 €")), 600, left=200)
        draw(sheet, ["End."], 72, bottom - 20)

    assert [text for _, text in kinds(pdf.parse(make(page), Limits()))] == [
        "Spare parts",
        NAMED[0],
        "* discontinued",
        "Labour",
        "Job: Oil | Hours: 1 | Price: 40 €",
        "End.",
    ]


def test_a_note_beside_the_table_leaves_its_rows_their_names_on_the_next_page() -> None:
    def first(sheet) -> None:
        ruled(sheet, (HEAD, BODY[0]), 200, left=200)

    def second(sheet) -> None:
        bottom = ruled(sheet, BODY[1:], 600, left=200)
        draw(sheet, ["* discontinued"], 72, bottom - 20)

    said = [text for _, text in kinds(pdf.parse(make(first, second), Limits()))]
    assert said == [*NAMED, "* discontinued"]


def test_a_table_beside_two_columns_is_read_with_the_nearer_one() -> None:
    def page(sheet) -> None:
        rows = [*lines(WORDS * 2, 34)[:20], "when its owners cleared its banks."]
        for number, line in enumerate(rows):
            draw(sheet, [line], 40, 740 - 12 * number)
            draw(sheet, [line.upper()[:30]], 220, 740 - 12 * number)
        ruled(sheet, (("Mill", "Built"), ("Upper", "1790"), ("Lower", "1812")), 700, left=420)

    found = [text for _, text in kinds(pdf.parse(make(page), Limits()))]
    assert found[0].endswith("cleared its banks.")
    assert found[1].startswith("THE RIVER")
    assert found[2:5] == ["Mill | Built", "Upper | 1790", "Lower | 1812"]


def test_columns_in_line_without_rules_are_named() -> None:
    def page(sheet) -> None:
        for number, row in enumerate((HEAD, *BODY)):
            for place, cell in enumerate(row):
                sheet.drawString(72 + 120 * place, 700 - 14 * number, cell)

    assert rows_of(make(page)) == NAMED


@needs_soffice
@pytest.mark.parametrize("style", ["Table Grid", "Light Grid Accent 1", "Normal Table"])
def test_tables_that_libreoffice_drew(tmp_path: Path, style: str) -> None:
    document = docx.Document()
    document.add_paragraph("Words above the table, which are no part of it.")
    table = document.add_table(rows=4, cols=3, style=style)
    for row, texts in zip(table.rows, (HEAD, *BODY), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    out = io.BytesIO()
    document.save(out)
    assert rows_of(convert(out.getvalue(), ".docx", "pdf", tmp_path)) == NAMED


@pytest.mark.parametrize(
    "rows",
    [
        (("Name", "Ann"), ("Born", "1990"), ("Paid", "500 €")),
        (("X100", "20 €", "Paris"), ("X200", "30 €", "Rome"), ("X300", "40 €", "Bonn")),
        (("red", "round", "sweet"), ("green", "long", "sour"), ("blue", "flat", "salty")),
        (("2021", "5", "7"), ("2022", "6", "8"), ("2023", "9", "9")),
    ],
)
def test_a_row_of_data_never_becomes_column_names(rows: Sequence[Sequence[str]]) -> None:
    assert rows_of(make(lambda sheet: ruled(sheet, rows))) == [" | ".join(row) for row in rows]


def test_bold_names_of_two_columns_are_clear() -> None:
    rows = (("Kind", "Colour"), ("apple", "red"), ("pear", "green"))
    data = make(lambda sheet: ruled(sheet, rows, bold_first=True))
    assert rows_of(data) == ["Kind: apple | Colour: red", "Kind: pear | Colour: green"]


def test_a_frame_around_text_is_no_table() -> None:
    def page(sheet) -> None:
        sheet.rect(60, 500, 480, 270)
        draw(sheet, lines(WORDS * 2, 80), 72, 740)

    assert [kind for kind, _ in kinds(pdf.parse(make(page), Limits()))] == ["paragraph"]


def test_grids_are_of_lines_that_cross() -> None:
    across = tuple(Line(y, 0, 100) for y in (0, 20, 40))
    down = tuple(Line(x, 0, 40) for x in (0, 50, 100))
    (grid,) = grids(Rules(across, down))
    assert (grid.xs, grid.ys) == ((0, 50, 100), (40, 20, 0))
    assert (grid.column(60), grid.row(30), grid.row(10)) == (1, 0, 1)
    assert grids(Rules(across, tuple(Line(x, 60, 90) for x in (0, 50, 100)))) == []


def test_a_page_full_of_lines_costs_little() -> None:
    def page(sheet) -> None:
        for number in range(3000):
            sheet.line(10 + number % 590, 10, 10 + number % 590, 780)
            sheet.line(10, 10 + number % 770, 600, 10 + number % 770)
        draw(sheet, ["some words here"], 72, 700)

    assert "words" in pdf.parse(make(page), Limits()).text


def close_columns(sheet, head: Sequence[str]) -> None:
    """Numbers flush right under names that nearly touch."""
    sheet.setFont("Helvetica", 10)
    rights = (130, 178, 235, 275)
    rows = (("North", "4.2", "0.02", "10.9"), ("South", "17.8", "0.06", "9.8"))
    for number, row in enumerate((head, *rows)):
        sheet.drawString(72, 700 - 14 * number, row[0])
        for right, cell in zip(rights[1:], row[1:], strict=True):
            sheet.drawRightString(right, 700 - 14 * number, cell)


def test_names_that_nearly_touch_are_told_apart_by_the_columns_below() -> None:
    head = ("Station", "Nitrate", "Phosphate", "Oxygen")
    assert rows_of(make(lambda sheet: close_columns(sheet, head))) == [
        "Station: North | Nitrate: 4.2 | Phosphate: 0.02 | Oxygen: 10.9",
        "Station: South | Nitrate: 17.8 | Phosphate: 0.06 | Oxygen: 9.8",
    ]


def test_a_sentence_above_a_table_is_not_cut_into_columns() -> None:
    sentence = "All of the figures were taken by hand at two of the stations in spring."

    def page(sheet) -> None:
        close_columns(sheet, ("Station", "Nitrate", "Phosphate", "Oxygen"))
        sheet.drawString(72, 716, sentence)

    assert kinds(pdf.parse(make(page), Limits()))[0] == ("paragraph", sentence)


def test_a_sign_of_a_picture_font_is_a_bullet_whatever_it_reads_as() -> None:
    def page(sheet) -> None:
        for number, words in enumerate(("bring a coat", "bring a hat")):
            sheet.setFont("ZapfDingbats", 10)
            sheet.drawString(72, 700 - 14 * number, "H")  # drawn as a star
            sheet.setFont("Helvetica", 10)
            sheet.drawString(90, 700 - 14 * number, words)

    data = make(page)
    parsed = pdf.parse(data, Limits())
    assert kinds(parsed) == [("list item", "bring a coat"), ("list item", "bring a hat")]
    check_runs(data, parsed)


COVER = (
    ("Item", "Covered", "Not covered"),
    ("Baggage", "Loss or theft of your bags up to\na total of 1,500 €", "Bags left alone"),
    ("Medical", "Treatment abroad", "Treatment that can wait until\nyou return home"),
    ("Delay", "20 € for every full 12 hours\nof delay", "Strikes that had been\nannounced before"),
)
COVERED = [
    "Item: Baggage | Covered: Loss or theft of your bags up to a total of 1,500 € "
    "| Not covered: Bags left alone",
    "Item: Medical | Covered: Treatment abroad "
    "| Not covered: Treatment that can wait until you return home",
    "Item: Delay | Covered: 20 € for every full 12 hours of delay "
    "| Not covered: Strikes that had been announced before",
]


def lined(
    sheet, rows: Sequence[Sequence[str]], rules: slice = slice(1, None), wide: float = 160
) -> None:
    """A table with lines across only, as many as the slice leaves of all: the first is its top."""
    top = 680.0
    tops = [top]
    for number, row in enumerate(rows):
        sheet.setFont("Helvetica-Bold" if number == 0 else "Helvetica", 10)
        for place, cell in enumerate(row):
            for at, line in enumerate(cell.split("\n")):
                sheet.drawString(72 + wide * place, top - 12 - 12 * at, line)
        top -= 8 + 12.0 * max(cell.count("\n") + 1 for cell in row)
        tops.append(top)
    for y in tops[rules]:
        sheet.line(70, y, 70 + 3 * wide, y)


@pytest.mark.parametrize("rules", [slice(1, None), slice(0, None), slice(1, -1)])
def test_broken_cells_between_lines_across_are_rows(rules: slice) -> None:
    def page(sheet) -> None:
        draw(sheet, lines(WORDS, 80), 72, 740)
        lined(sheet, COVER, rules)
        draw(sheet, lines(WORDS, 80), 72, 540)

    data = make(page)
    assert rows_of(data) == COVERED
    assert [kind for kind, _ in kinds(pdf.parse(data, Limits()))] == [
        "paragraph",
        *["table row"] * 3,
        "paragraph",
    ]


def test_columns_that_nearly_touch_between_lines_across_are_told_apart() -> None:
    rows = (HEAD, ("a model", "costs a few\nthings", "Paris"), ("a second", "and so on", "Rome"))
    data = make(lambda sheet: lined(sheet, rows, wide=60))
    assert rows_of(data) == [
        "Model: a model | Price: costs a few things | City: Paris",
        "Model: a second | Price: and so on | City: Rome",
    ]


def test_a_mark_in_the_margin_leaves_the_first_cell_in_its_row() -> None:
    def page(sheet) -> None:
        lined(sheet, (HEAD, ("", *BODY[0][1:]), *BODY[1:]))
        sheet.drawString(66, 680 - 32, "! X100")

    assert rows_of(make(page)) == [NAMED[0].replace("X100", "! X100"), *NAMED[1:]]


def test_a_line_that_heads_some_rows_leaves_the_table_whole() -> None:
    rows = (HEAD, ("Old",), *BODY[:2], ("New",), BODY[2])
    said = rows_of(make(lambda sheet: lined(sheet, rows)))
    assert [row for row in said if row in NAMED] == NAMED


def test_several_rows_between_lines_across_are_not_made_one() -> None:
    rows = (
        ("Kind", "Fruit", "Price"),
        ("Old", "apple\npear\nplum", "3.00\n4.00\n5.00"),
        ("New", "mango\nkiwi", "6.00\n7.00"),
    )
    said = rows_of(make(lambda sheet: lined(sheet, rows)))
    assert not any("apple" in row and "pear" in row for row in said)


def test_lines_across_two_columns_of_text_make_no_table() -> None:
    def page(sheet) -> None:
        rows = lines(WORDS * 4, 42)
        for number, row in enumerate(rows[:28]):
            draw(sheet, [row], 72, 740 - 12 * number)
            draw(sheet, [row.upper()[:36]], 320, 740 - 12 * number)
        for y in (755, 648, 540, 400):
            sheet.line(70, y, 560, y)

    found = kinds(pdf.parse(make(page), Limits()))
    assert {kind for kind, _ in found} == {"paragraph"}
    words = " ".join(text for _, text in found).split()
    uppers = [place for place, word in enumerate(words) if word.isupper() and len(word) > 1]
    assert max(n for n, word in enumerate(words) if word.islower()) < min(uppers)
