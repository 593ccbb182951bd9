"""Words that a file holds but does not show are left out and told; all that is seen is kept."""

from __future__ import annotations

import pytest
from hostile_files import W, docx_bytes, pdf_bytes
from hostile_text_files import epub_bytes, page

from index.loading.formats import parse_part
from index.loading.limits import Limits

SEEN = "Every reader of this page can see these words."
UNSEEN = "Nobody who reads this page can see these words."


def left_out(data: bytes, name: str) -> tuple[bool, bool]:
    """Whether the words are left out, and whether a warning repeats them."""
    parsed = parse_part(data, name, Limits())
    assert SEEN in parsed.text
    return UNSEEN not in parsed.text, any(UNSEEN in said for said in parsed.warnings)


def html(words: str, head: str = "") -> bytes:
    return f"<html><head>{head}</head><body><p>{SEEN}</p>{words}</body></html>".encode()


@pytest.mark.parametrize(
    "words",
    [
        f"<p style='display:none'>{UNSEEN}</p>",
        f"<div hidden><p>{UNSEEN}</p></div>",
        f"<p><span style='visibility: hidden'>{UNSEEN}</span></p>",
        f"<p style='font-size:0'>{UNSEEN}</p>",
        f"<p style='color:white'>{UNSEEN}</p>",
        f"<p style='margin:0; color: rgb(255, 255, 255)'>{UNSEEN}</p>",
        f"<p><font color='#FFFFFF'>{UNSEEN}</font></p>",
        f"<p style='position:absolute; left:-9999px'>{UNSEEN}</p>",
    ],
)
def test_words_that_a_page_hides_are_left_out_and_told(words: str) -> None:
    assert left_out(html(words), "a.html") == (True, True)
    assert left_out(epub_bytes({"a.xhtml": page(f"<p>{SEEN}</p>{words}")}), "a.epub") == (
        True,
        True,
    )


@pytest.mark.parametrize(
    ("words", "head"),
    [
        (f"<div style='background:#222'><p style='color:white'>{UNSEEN}</p></div>", ""),
        (f"<table><tr><td bgcolor='navy'><b style='color:#fff'>{UNSEEN}</b></td></table>", ""),
        (f"<p style='color:white'>{UNSEEN}</p>", "<style>p{background:red}</style>"),
        (f"<p style='background-color:white'>{UNSEEN}</p>", ""),
        (f"<p style='color:whitesmoke'>{UNSEEN}</p>", ""),
        (f"<p style='opacity:0.9'>{UNSEEN}</p>", ""),
    ],
)  # fmt: skip
def test_words_that_a_page_shows_are_kept(words: str, head: str) -> None:
    assert left_out(html(words, head), "a.html") == (False, False)


def word(how: str, *, before: str = "", around: str = "{}", style: str = "") -> bytes:
    run = f"<w:p>{style}<w:r><w:rPr>{how}</w:rPr><w:t>{UNSEEN}</w:t></w:r></w:p>"
    seen = f"<w:p><w:r><w:t>{SEEN}</w:t></w:r></w:p>"
    body = f"<w:body>{seen}{around.format(run)}</w:body>"
    return docx_bytes(f"<w:document {W}>{before}{body}</w:document>")


_WHITE = '<w:color w:val="FFFFFF"/>'
_CELL = "<w:tbl><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>"


@pytest.mark.parametrize("how", ["<w:vanish/>", _WHITE, '<w:sz w:val="2"/>'])
def test_words_that_word_hides_are_left_out_and_told(how: str) -> None:
    assert left_out(word(how), "a.docx") == (True, True)


def test_words_that_word_shows_are_kept() -> None:
    shaded = '<w:pPr><w:shd w:fill="000000"/></w:pPr>'
    styled = '<w:pPr><w:pStyle w:val="Banner"/></w:pPr>'
    for data in (
        word('<w:vanish w:val="0"/>'),
        word('<w:color w:val="FF0000"/>'),
        word(_WHITE + '<w:highlight w:val="black"/>'),
        word(_WHITE, style=shaded),
        word(_WHITE, style=styled),
        word(_WHITE, around=_CELL),
        word(_WHITE, before='<w:background w:color="000080"/>'),
    ):
        assert left_out(data, "a.docx") == (False, False)


def pdf(drawn: str) -> bytes:
    seen = f"0 g BT /F1 12 Tf 72 700 Td ({SEEN}) Tj ET\n"
    return pdf_bytes([(seen + drawn).encode("ascii")])


def line(before: str) -> str:
    return f"BT /F1 12 Tf {before} 72 600 Td ({UNSEEN}) Tj ET\n"


@pytest.mark.parametrize(
    "drawn",
    [line("1 g"), line("3 Tr"), line("/F1 0.5 Tf"), "1 g 60 590 500 30 re f\n" + line("1 g")],
)
def test_words_that_a_pdf_hides_are_left_out_and_told(drawn: str) -> None:
    assert left_out(pdf(drawn), "a.pdf") == (True, True)


_IMAGE = "q 612 0 0 792 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q\n"


@pytest.mark.parametrize(
    "drawn",
    [
        line("0.9 g"),
        "0 0 0.5 rg 60 590 500 30 re f\n" + line("1 g"),  # white on a dark box
        _IMAGE + line("3 Tr"),  # read from a scan
        _IMAGE + line("1 g"),
        line("/F1 6 Tf"),
    ],
)
def test_words_that_a_pdf_shows_or_a_scan_holds_are_kept(drawn: str) -> None:
    assert left_out(pdf(drawn), "a.pdf") == (False, False)


def test_a_page_with_nothing_but_inkless_text_is_kept() -> None:
    """Some programs that read scans leave the picture out."""
    data = pdf_bytes([b"BT /F1 12 Tf 3 Tr 72 700 Td (Words read from a scan.) Tj ET"])
    assert "Words read from a scan." in parse_part(data, "a.pdf", Limits()).text


def test_other_formats_tell_as_well() -> None:
    rtf = f"{{\\rtf1 {SEEN}\\par {{\\v {UNSEEN}}}\\par}}".encode()
    assert left_out(rtf, "a.rtf") == (True, True)
    markdown = f"{SEEN}\n\n<p style='display:none'>{UNSEEN}</p>\n".encode()
    assert left_out(markdown, "a.md") == (True, True)


@pytest.mark.parametrize(
    ("style", "words"),
    [
        (".h{display:none}", f"<p class='x h'>{UNSEEN}</p>"),
        ("#h , .other { visibility : hidden }", f"<div id='h'><p>{UNSEEN}</p></div>"),
        ("/* .h{} */ p.h{color:red;display:none}", f"<p class='h'>{UNSEEN}</p>"),
        ("@media screen{.h{display:none}}", f"<p class='h'>{UNSEEN}</p>"),
    ],
)
def test_words_that_a_style_sheet_of_the_page_hides_are_left_out_and_told(
    style: str, words: str
) -> None:
    shown = f"<p>{SEEN} {SEEN}</p>"  # what is hidden is the smaller part
    assert left_out(html(shown + words, f"<style>{style}</style>"), "a.html") == (True, True)


@pytest.mark.parametrize(
    "head",
    [
        "<style>.h{display:none} .h{display:block}</style>",
        "<style>.h{display:none} .h.open{display:block}</style>",
        "<style>.h{display:none} @media (min-width:40em){.h{display:block}}</style>",
        "<style>@media print{.h{display:none}}</style>",
        "<style media='print'>.h{display:none}</style>",
        "<style>div.h{display:none} .a .h{display:none} .h:hover{display:none}</style>",
        "<style>.h{display:none}</style><script>show('h')</script>",
        "<style>.h{color:red</style>",
    ],
)
def test_words_that_a_style_sheet_shows_at_some_time_are_kept(head: str) -> None:
    words = f"<p>{SEEN} {SEEN}</p><p class='h'>{UNSEEN}</p>"
    assert left_out(html(words, head), "a.html") == (False, False)


def test_a_page_that_hides_most_of_itself_is_shown_by_a_script() -> None:
    data = html(f"<div class='h'>{UNSEEN * 9}</div>", "<style>.h{display:none}</style>")
    assert left_out(data, "a.html") == (False, False)


def warned(body: str) -> tuple[str, ...]:
    return parse_part(html(body), "a.html", Limits()).warnings


def test_a_few_hidden_words_are_told_after_sentences() -> None:
    hidden = "<p style='display:none'>{}</p>".format
    said = warned(hidden("secret code 4711") + hidden(UNSEEN))
    assert said == (f"hidden text was left out in 2 places: “{UNSEEN}”, “secret code 4711”",)
    many = warned("".join(hidden(f"secret code {n}") for n in range(9)))
    assert many[0].startswith("hidden text was left out in 9 places: “secret code 0”, ")
    assert many[0].endswith("“secret code 4” and 4 more")


@pytest.mark.parametrize(
    "words",
    [
        "<p hidden>Loading</p>",
        "<nav hidden>Home page of us</nav>",
        "<ul hidden><li><a href='x'>Our prices</a></li></ul>",
        "<button><span hidden>Open menu</span></button>",
    ],
)
def test_hidden_controls_are_not_worth_a_word(words: str) -> None:
    assert warned(words) == ()
