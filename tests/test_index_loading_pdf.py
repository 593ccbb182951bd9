"""PDFs, written by reportlab and read by our own loader; page runs must be exact."""

from __future__ import annotations

import io
from collections.abc import Callable

import pypdfium2 as pdfium
import pytest
from hostile_files import page_stream, pdf_bytes

from index.loading import pdf
from index.loading.builder import Parsed
from index.loading.limits import Limits
from index.loading.pdf import page_characters, ranges

canvas = pytest.importorskip("reportlab.pdfgen.canvas", reason="needs reportlab, a dev dependency")

WORDS = (
    "The river rises in the hills above the town and runs for eighty miles to the sea. Its water "
    "turned the wheels of nineteen mills, of which three still stand today. Every spring it floods "
    "the meadows, and every autumn the farmers clear its banks of fallen wood. "
).split()


def make(*pages: Callable[[object], None], title: str | None = None) -> bytes:
    out = io.BytesIO()
    sheet = canvas.Canvas(out, pagesize=(612, 792))
    if title:
        sheet.setTitle(title)
    for draw in pages:
        draw(sheet)
        sheet.showPage()
    sheet.save()
    return out.getvalue()


def lines(words: list[str], chars: int) -> list[str]:
    out = [""]
    for word in words:
        if len(out[-1]) + len(word) > chars:
            out.append("")
        out[-1] = f"{out[-1]} {word}".strip()
    return out


def draw(sheet, rows: list[str], x: float, y: float, size: float = 10, font: str = "Helvetica"):
    sheet.setFont(font, size)
    for row in rows:
        sheet.drawString(x, y, row)
        y -= size * 1.2
    return y


def check_runs(data: bytes, parsed: Parsed) -> int:
    """Every page run says what the page says; how many characters they cover."""
    document = pdfium.PdfDocument(data)
    pages = [page_characters(document[number].get_textpage()) for number in range(len(document))]
    covered = 0
    for block in parsed.blocks:
        for run in block.page_runs:
            assert block.start <= run.start < run.end <= block.end
            assert (
                parsed.text[run.start : run.end]
                == pages[run.page - 1][run.page_start : run.page_end]
            )
            covered += run.end - run.start
    return covered


def kinds(parsed: Parsed) -> list[tuple[str, str]]:
    return [(block.kind.value, parsed.text[block.start : block.end]) for block in parsed.blocks]


def test_two_columns_are_read_one_after_the_other() -> None:
    left, right = WORDS * 3, [word.upper() for word in WORDS * 3]

    def page(sheet) -> None:
        draw(sheet, ["A title over both columns of this page, which spans the gutter"], 72, 740, 16)
        rows = list(zip(lines(left, 42), lines(right, 34), strict=False))
        y = 700.0
        for one, two in rows:  # written across, as some programs do
            sheet.setFont("Helvetica", 10)
            sheet.drawString(72, y, one)
            sheet.drawString(320, y, two)
            y -= 12

    data = make(page)
    parsed = pdf.parse(data, Limits())
    words = parsed.text.split()
    uppers = [place for place, word in enumerate(words) if word.isupper() and len(word) > 1]
    lowers = [place for place, word in enumerate(words) if word.islower()]
    assert max(lowers) < min(uppers)
    assert parsed.blocks[0].kind.value == "heading"
    assert check_runs(data, parsed) > 0.9 * len(parsed.text)


def test_a_table_inside_a_column_leaves_the_columns_apart() -> None:
    left, right = WORDS * 3, [word.upper() for word in WORDS * 2]

    def page(sheet) -> None:
        sheet.setFont("Helvetica", 10)
        for number, line in enumerate(lines(left, 42)[:30]):
            sheet.drawString(72, 700.0 - 12 * number, line)
        some = lines(right, 42)
        for number, line in enumerate(some[:22]):
            sheet.drawString(320, 700.0 - 12 * number, line)
        for number in range(7):
            for place, cell in enumerate(("ASKER", "T", "8.0", "11.2", "2.48", "0.02")):
                sheet.drawString(320 + 40 * place, 430.0 - 12 * number, cell)

    words = pdf.parse(make(page), Limits()).text.split()
    uppers = [place for place, word in enumerate(words) if word.isupper() and len(word) > 1]
    lowers = [place for place, word in enumerate(words) if word.islower()]
    assert words.count("ASKER") == 7
    assert max(lowers) < min(uppers)


def test_heads_feet_and_page_numbers_go_and_sentences_cross_pages() -> None:
    # No line may come twice, or it would itself be a running head.
    varied = [f"{word}{'abcdefghijkl'[turn]}" for turn in range(12) for word in WORDS]
    rows = lines(varied, 80)

    def page(number: int) -> Callable[[object], None]:
        def one(sheet) -> None:
            draw(sheet, ["Handbook of the river, edition 4"], 72, 760, 9)
            draw(sheet, [f"Page {number} of 3"], 280, 30, 9)
            draw(sheet, rows[(number - 1) * 11 : number * 11], 72, 700)

        return one

    data = make(*(page(number) for number in (1, 2, 3)))
    parsed = pdf.parse(data, Limits())
    assert parsed.pages == 3
    assert parsed.text.count("Handbook of the river") == 1
    assert "of 3" not in parsed.text
    assert " ".join(" ".join(rows[:33]).split()[:400]) in " ".join(parsed.text.split())
    runs = [run.page for block in parsed.blocks for run in block.page_runs]
    assert set(runs) == {1, 2, 3}
    check_runs(data, parsed)


def test_numbered_content_at_the_top_of_pages_is_kept() -> None:
    data = pdf_bytes([page_stream(f"Leaf {n} says {n * n} words.") for n in range(1, 30)])
    parsed = pdf.parse(data, Limits())
    assert all(f"Leaf {n} says {n * n} words." in parsed.text for n in range(1, 30))


def test_a_numbered_clause_begins_anew_though_the_line_above_is_full() -> None:
    def page(sheet) -> None:
        rows = [
            "2.2 There are three classes, which are called Adult, Junior and Life.",
            "2.3 Life membership is given by the general meeting to a few, up to",
            "3.5 Members of the board, if one may halve them, are not counted so.",
        ]
        draw(sheet, [*lines(WORDS * 3, 66), *rows], 72, 740)

    said = [text for _, text in kinds(pdf.parse(make(page), Limits()))]
    assert any(text.endswith("Adult, Junior and Life.") for text in said)
    assert any(text.startswith("2.3 Life") and text.endswith("counted so.") for text in said)


def test_hyphens_are_mended_and_runs_stay_exact() -> None:
    def page(sheet) -> None:
        draw(
            sheet,
            [
                "The committee made an important dis-",
                "covery about the well-",
                "known mill, and a long-",
                "term plan for the river was made soon.",
            ],
            72,
            700,
        )

    data = make(page)
    parsed = pdf.parse(data, Limits())
    assert "an important discovery about" in parsed.text
    assert "well-known" in parsed.text
    assert "long-term" in parsed.text
    assert check_runs(data, parsed) > 0.9 * len(parsed.text)


def test_headings_lists_and_tables() -> None:
    def page(sheet) -> None:
        draw(sheet, ["River report"], 72, 740, 20, "Helvetica-Bold")
        draw(sheet, lines(WORDS * 2, 80), 72, 700)
        draw(sheet, ["Mills"], 72, 610, 10, "Helvetica-Bold")
        draw(sheet, ["• the upper mill", "• the lower mill"], 72, 590)
        for place, cells in enumerate((("Mill", "Built"), ("Upper", "1790"), ("Lower", "1812"))):
            for column, words in enumerate(cells):
                sheet.drawString(72 + 150 * column, 540 - 14 * place, words)

    data = make(page, title="The report")
    parsed = pdf.parse(data, Limits())
    assert parsed.title == "The report"
    found = kinds(parsed)
    assert ("heading", "River report") in found
    assert ("heading", "Mills") in found
    assert ("list item", "the upper mill") in found
    assert found[-3:] == [
        ("table row", "Mill | Built"),
        ("table row", "Upper | 1790"),
        ("table row", "Lower | 1812"),
    ]
    check_runs(data, parsed)


def test_pages_without_text_are_named() -> None:
    data = pdf_bytes([page_stream("words"), b"1 0 0 rg 9 9 99 99 re f", b"1 0 0 rg 9 9 99 99 re f"])
    parsed = pdf.parse(data, Limits())
    assert parsed.warnings[0] == "pages 2–3 hold only images and were not read"


def test_ranges_of_pages() -> None:
    assert ranges([1, 2, 3, 7, 9, 10]) == "1–3, 7, 9–10"


def test_a_running_head_makes_no_column_wider() -> None:
    """Lines that fill a narrow column are not taken for lines that were broken on purpose."""
    rows = lines([f"{word}{turn}" for turn in "abcdef" for word in WORDS], 45)

    def page(number: int) -> Callable[[object], None]:
        def drawn(sheet) -> None:
            draw(sheet, [f"{'The River Wenlow and its mills ' * 3}{number}"], 60, 760)
            draw(sheet, rows[number * 11 : number * 11 + 11], 60, 700)

        return drawn

    parsed = pdf.parse(make(*(page(number) for number in range(3))), Limits())
    assert parsed.text.count("The River Wenlow and its mills") == 3  # once, in its place
    assert " ".join(rows[1:10]) in parsed.text
    assert " ".join(rows[23:32]) in parsed.text


def typed(*rows: str, leading: float = 14, size: float = 11) -> bytes:
    """A page of lines as a typewriter sets them: "" is an empty one, "**" makes a line bold."""

    def page(sheet) -> None:
        for number, row in enumerate(rows):
            sheet.setFont("Helvetica-Bold" if row.startswith("**") else "Helvetica", size)
            sheet.drawString(72, 740 - leading * number, row.strip("*"))

    return make(page)


def test_a_bold_heading_of_body_size_ends_the_list_above() -> None:
    data = typed(
        "We will:",
        "(a) pay the fee; and",
        "(b) give access.",
        "**Termination**",
        "Either party may end this on 60 days' notice.",
    )
    assert kinds(pdf.parse(data, Limits())) == [
        ("paragraph", "We will:"),
        ("list item", "(a) pay the fee; and"),
        ("list item", "(b) give access."),
        ("heading", "Termination"),
        ("paragraph", "Either party may end this on 60 days' notice."),
    ]


def test_bold_words_that_run_on_from_a_list_item_are_no_heading() -> None:
    data = typed("(a) The form is to be sent by", "**the last day of April**")
    (block,) = kinds(pdf.parse(data, Limits()))
    assert block[0] == "list item"
    assert block[1].split() == "(a) The form is to be sent by the last day of April".split()


def test_an_item_with_a_large_bullet_is_no_heading() -> None:
    def page(sheet) -> None:
        draw(sheet, ["Do not install the machine:"], 72, 720)
        for number, words in enumerate(("on carpet", "outdoors", "near a heater")):
            y = 705.0 - 15 * number
            sheet.setFont("Helvetica", 14)
            sheet.drawString(76, y - 1, "•")
            sheet.setFont("Helvetica", 10)
            sheet.drawString(84, y, words)

    found = kinds(pdf.parse(make(page), Limits()))
    assert found[1:] == [
        ("list item", "on carpet"),
        ("list item", "outdoors"),
        ("list item", "near a heater"),
    ]


@pytest.mark.parametrize("left", [72, 84])
def test_the_last_item_ends_where_the_margin_begins_again(left: float) -> None:
    text = "Then connect the hose to the tap and wait until the lamp on its side lights up."

    def page(sheet) -> None:
        draw(sheet, ["Before you install the machine, take these parts out of the drum:"], 72, 720)
        draw(sheet, ["• the four bolts", "• the bag of screws"], left, 708)
        draw(sheet, [text], 72, 684)

    found = kinds(pdf.parse(make(page), Limits()))
    assert found[1:] == [
        ("list item", "the four bolts"),
        ("list item", "the bag of screws"),
        ("paragraph", text),
    ]


@pytest.mark.parametrize("left", [72, 80])
def test_a_broken_item_stays_whole(left: float) -> None:
    def page(sheet) -> None:
        draw(sheet, ["(a) assign this Agreement,"], 72, 720)
        draw(sheet, ["without the prior written consent of the Client; and"], left, 708)
        draw(
            sheet,
            ["(b) give any of the keys of the house on Mill Lane to Messrs. Smith and"],
            72,
            696,
        )
        draw(sheet, ["Company or to anyone who acts for them."], left, 684)

    found = kinds(pdf.parse(make(page), Limits()))
    assert [kind for kind, _ in found] == ["list item"] * 2
    assert found[1][1].endswith("Smith and Company or to anyone who acts for them.")


def test_one_line_paragraphs_stay_apart() -> None:
    data = typed(
        *("Dear Ms Lee,", "", "We cannot pay for:", "", "1. the vase", "2. the carpet", ""),
        *("Please return the form.", "", "We pay the rest.", "", "Yours,", "", "Ann"),
    )
    said = [text for _, text in kinds(pdf.parse(data, Limits()))]
    assert said[1:4] == ["We cannot pay for:", "1. the vase", "2. the carpet"]
    assert said[4:] == ["Please return the form.", "We pay the rest.", "Yours,", "Ann"]


def test_a_line_whose_sentence_goes_on_tells_the_leading_of_a_letter() -> None:
    data = typed(
        *("Dear Dr. Voss,", "", "We regret that we cannot pay for the", "following items:", ""),
        *("1. the broken vase (EUR 120)", "", "2. the carpet (EUR 300)", ""),
        *(
            "Please return the form.",
            "",
            "We pay the rest.",
            "",
            "Yours sincerely,",
            "",
            "P. Kraus",
        ),
        leading=15,
    )
    said = [text for _, text in kinds(pdf.parse(data, Limits()))]
    assert said[1] == "We regret that we cannot pay for the following items:"
    assert said[3:5] == ["2. the carpet (EUR 300)", "Please return the form."]


@pytest.mark.parametrize("upper", [False, True])
def test_a_paragraph_set_at_double_space_is_one(upper: bool) -> None:
    words = " ".join(WORDS * 2)
    rows = lines((words.upper() if upper else words).split(), 80)
    (block,) = kinds(pdf.parse(typed(*rows, leading=26), Limits()))
    assert " ".join(block[1].split()).lower() == words.lower()


def figures(sheet, x: float, *parts: tuple[str, float, float]) -> None:
    """Words one after the other, each with its size and how much it is raised."""
    for words, size, raised in parts:
        sheet.setFont("Helvetica", size)
        sheet.drawString(x, 700 + raised, words)
        x += sheet.stringWidth(words, "Helvetica", size)


@pytest.mark.parametrize(("size", "raised"), [(6.5, 3.3), (8, 5), (5.5, 4)])
def test_the_mark_of_a_footnote_is_no_digit_of_the_price(size: float, raised: float) -> None:
    def page(sheet) -> None:
        mark = (("1", size, raised), ("12", size, raised))
        figures(
            sheet, 72, ("It costs £45", 10, 0), mark[0], (" by day and £1,260.", 10, 0), mark[1]
        )

    data = make(page)
    parsed = pdf.parse(data, Limits())
    assert parsed.text == "It costs £45¹ by day and £1,260.¹²"
    assert check_runs(data, parsed) > 0.85 * len(parsed.text)


def test_small_digits_on_the_line_stay_digits() -> None:
    def page(sheet) -> None:
        figures(sheet, 72, ("4", 20, 0), ("99 or 4", 10, 0), (".50 or H", 7, 0), ("21", 7, -3))

    assert "499 or 4.50 or H21" in pdf.parse(make(page), Limits()).text
