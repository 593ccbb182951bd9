"""Presentations, written by python-pptx, LibreOffice or by hand, and read by our own loader."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from office_files import (
    convert,
    needs_soffice,
    pptx_parts,
    relation_part,
    said,
    shape,
    words,
    zipped,
)

from index.loading import pptx as loader
from index.loading.builder import Parsed
from index.loading.formats import parse as parse_file
from index.loading.limits import Limits, RefusedError
from index.loading.slide_order import Place, reading_order
from index.types import SkipReason

pptx = pytest.importorskip("pptx", reason="needs python-pptx, a dev dependency")
from pptx.chart.data import CategoryChartData  # noqa: E402
from pptx.enum.chart import XL_CHART_TYPE  # noqa: E402
from pptx.util import Inches  # noqa: E402

TITLE, BULLETS, TITLE_ONLY, BLANK = 0, 1, 5, 6


def data_of(deck) -> bytes:
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def read(deck) -> Parsed:
    return loader.parse(data_of(deck), Limits())


def slide(deck, layout: int, title: str = ""):
    made = deck.slides.add_slide(deck.slide_layouts[layout])
    if title:
        made.shapes.title.text = title
    return made


def box(made, left: float, top: float, text: str) -> None:
    made.shapes.add_textbox(
        Inches(left), Inches(top), Inches(3), Inches(0.8)
    ).text_frame.text = text


def river_deck():
    deck = pptx.Presentation()
    slide(deck, TITLE, "River plan").placeholders[1].text = "A talk in Bonn"
    goals = slide(deck, BULLETS, "Goals")
    frame = goals.placeholders[1].text_frame
    frame.text = "clean water"
    deeper = frame.add_paragraph()
    deeper.text, deeper.level = "below the mill", 1
    goals.notes_slide.notes_text_frame.text = "Say hello first."
    plan = slide(deck, BLANK)
    for left, top, text in (
        (5, 1, "right one"),
        (1, 3, "left two"),
        (1, 1, "left one"),
        (5, 3, "right two"),
    ):
        box(plan, left, top, text)
    table = plan.shapes.add_table(3, 3, Inches(1), Inches(5), Inches(6), Inches(1)).table
    rows = (("Model", "Price", "2023"), ("X100", "20 €", "5"), ("X200", "30 €", "7"))
    for number, cells in enumerate(rows):
        for place, text in enumerate(cells):
            table.cell(number, place).text = text
    return deck


RIVER = [
    ("heading", 1, "River plan"),
    ("paragraph", 1, "A talk in Bonn"),
    ("heading", 2, "Goals"),
    ("list item", 2, "clean water"),
    ("list item", 2, "below the mill"),
    ("paragraph", 2, "Say hello first."),
    ("heading", 3, "Slide 3"),
    ("paragraph", 3, "left one"),
    ("paragraph", 3, "right one"),
    ("paragraph", 3, "left two"),
    ("paragraph", 3, "right two"),
    ("table row", 3, "Model: X100 | Price: 20 € | 2023: 5"),
    ("table row", 3, "Model: X200 | Price: 30 € | 2023: 7"),
]


def test_slides_are_read_as_a_person_reads_them() -> None:
    parsed = read(river_deck())
    assert said(parsed) == RIVER
    assert (parsed.title, parsed.pages) == ("River plan", 3)


@needs_soffice
def test_what_libreoffice_makes_of_it_reads_the_same(tmp_path: Path) -> None:
    there = convert(data_of(river_deck()), ".pptx", "odp", tmp_path / "there")
    back = convert(there, ".odp", "pptx", tmp_path / "back")
    for data, name in ((there, "a.odp"), (back, "a.pptx")):
        document = parse_file(data, name, Limits())
        found = [
            (block.kind.value, block.page, document.text[block.start : block.end])
            for block in document.blocks
        ]
        assert found == RIVER
        assert (document.title, document.pages) == ("River plan", 3)


def test_charts_groups_and_hidden_slides() -> None:
    deck = pptx.Presentation()
    made = slide(deck, TITLE_ONLY, "Sales")
    values = CategoryChartData()
    values.categories = ["East", "West"]
    values.add_series("Q1", (19.2, 21.4))
    values.add_series("Q2", (1, 2))
    made.shapes.add_chart(
        XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(2), Inches(6), Inches(3), values
    )
    group = made.shapes.add_group_shape()
    group.shapes.add_textbox(Inches(1), Inches(6), Inches(1), Inches(1)).text_frame.text = "grouped"
    made._element.set("show", "0")
    parsed = read(deck)
    assert words(parsed) == [
        "Sales",
        "East | Q1: 19.2 | Q2: 1",
        "West | Q1: 21.4 | Q2: 2",
        "grouped",
    ]
    assert parsed.warnings == ("slide 1 is hidden; it was read all the same",)


def test_merged_cells_of_a_table_are_said_once_a_row() -> None:
    deck = pptx.Presentation()
    made = slide(deck, BLANK)
    table = made.shapes.add_table(3, 3, Inches(1), Inches(1), Inches(6), Inches(1)).table
    table.first_row = False
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(2, 1).merge(table.cell(2, 2))
    for row, place, text in ((0, 0, "a"), (0, 1, "5"), (0, 2, "5"), (1, 1, "b"), (2, 1, "wide")):
        table.cell(row, place).text = text
    assert words(read(deck)) == ["Slide 1", "a | 5 | 5", "a | b", "wide"]


def test_smart_art_and_repeated_footers() -> None:
    frame = (
        '<p:graphicFrame><a:graphic><a:graphicData><dgm r:dm="rId9"/></a:graphicData></a:graphic>'
        "</p:graphicFrame>"
    )
    foot = '<p:sp><p:nvSpPr><p:nvPr><p:ph type="ftr"/></p:nvPr></p:nvSpPr>'
    foot += "<p:txBody><a:p><a:r><a:t>In confidence</a:t></a:r></a:p></p:txBody></p:sp>"
    parts = pptx_parts(foot + frame + shape("words"))
    parts["ppt/slides/_rels/s.xml.rels"] = relation_part({"rId9": ("diagramData", "../d.xml")})
    parts["ppt/d.xml"] = (
        "<m xmlns:a='urn:a'><ptLst><pt><t><a:p><a:r><a:t>first step</a:t></a:r></a:p></t></pt>"
        "<pt/></ptLst></m>"
    )
    parsed = loader.parse(zipped(parts), Limits())
    assert words(parsed) == ["Slide 1", "first step", "words", "In confidence"]


def test_automatic_numbers_are_said() -> None:
    lines = "".join(
        f'<a:p><a:pPr><a:buAutoNum type="alphaLcParenR"/></a:pPr><a:r><a:t>{t}</a:t></a:r></a:p>'
        for t in ("one", "two")
    )
    parts = pptx_parts(f"<p:sp><p:txBody>{lines}</p:txBody></p:sp>")
    assert words(loader.parse(zipped(parts), Limits()))[1:] == ["a) one", "b) two"]


def test_slides_of_pictures_alone_are_named() -> None:
    parts = pptx_parts("<p:pic/>")
    with pytest.raises(RefusedError) as refused:
        loader.parse(zipped(parts), Limits())
    assert refused.value.reason is SkipReason.IMAGE_ONLY


places = st.builds(
    lambda left, top, wide, high: Place(left, top, left + wide, top + high),
    *(st.integers(-100, 100) for _ in range(2)),
    *(st.integers(0, 100) for _ in range(2)),
)


@given(st.lists(st.one_of(st.none(), places), max_size=30))
def test_reading_order_takes_every_shape_once(shapes: list[Place | None]) -> None:
    assert sorted(reading_order(shapes)) == list(range(len(shapes)))


@given(st.permutations([(column, row) for column in (0, 30) for row in (0, 20, 40)]))
def test_a_grid_of_cards_is_read_line_by_line(corners: list[tuple[int, int]]) -> None:
    shapes = [Place(x, y, x + 25, y + 15) for x, y in corners]
    ordered = [corners[place] for place in reading_order(shapes)]
    assert ordered == sorted(corners, key=lambda corner: (corner[1], corner[0]))
