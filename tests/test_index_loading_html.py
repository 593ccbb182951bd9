"""HTML pages: content kept with its structure, furniture and hidden text left out."""

from __future__ import annotations

import pytest

from index.loading.builder import Parsed
from index.loading.html import parse
from index.loading.limits import Limits, RefusedError
from index.types import SkipReason


def read(body: str, head: str = "<title>T</title>") -> Parsed:
    return parse(f"<html><head>{head}</head><body>{body}</body></html>".encode(), Limits())


def said(body: str) -> list[tuple[str, str]]:
    parsed = read(body)
    return [(block.kind.value, parsed.text[block.start : block.end]) for block in parsed.blocks]


ARTICLE = "<p>" + "The tenant pays the rent on the first day of every month. " * 8 + "</p>"

FURNITURE = [
    "<nav><a href=/>Home</a> <a href=/x>gone</a></nav>",
    "<script>gone()</script>",
    "<style>.gone{}</style>",
    "<noscript>gone</noscript>",
    "<p hidden>gone</p>",
    "<p style='display: none'>gone</p>",
    "<span style='font-size:0'>gone</span>",
    "<span class='sr-only'>gone</span>",
    "<div aria-hidden=true>gone</div>",
    "<div class='cookie-banner'>We use cookies, gone <button>OK</button></div>",
    "<div><p>This site uses cookies, gone.</p><button>Accept</button></div>",
    "<footer>gone 2024</footer>",
    "<div class='sidebar'><ul><li><a>gone a</a><li><a>gone b</a></ul></div>",
    "<ul><li><a>gone a</a><li><a>gone b</a><li><a>gone c</a><li><a>gone d</a></ul>",
    "<div role=navigation>gone</div>",
    "<div id='related-articles'><a>gone one</a> <a>gone two</a></div>",
    "<form><select><option>gone</select><textarea>gone</textarea></form>",
]


@pytest.mark.parametrize("furniture", FURNITURE)
def test_furniture_is_left_out(furniture: str) -> None:
    parsed = read(furniture + ARTICLE + furniture)
    assert "gone" not in parsed.text
    assert parsed.text.count("first day") == 8


@pytest.mark.parametrize("call", ["Read more", "Read more »", "Skip to main content", "Share this"])
def test_calls_to_click_are_left_out(call: str) -> None:
    assert call not in read(f"<p>{call}</p>{ARTICLE}").text


@pytest.mark.parametrize(
    "content",
    [
        "<section id='file-menu'><h2>File menu</h2><p>kept here</p></section>",
        "<div class='has-sidebar'><p>kept here</p></div>",
        "<form><p>kept here</p></form>",
        "<p>Share prices: kept here</p>",
        "<aside><p>kept here</p></aside>",
        "<article><header><h1>kept here</h1></header></article>",
        "<p>We use cookies to bake: kept here</p>",
    ],
)
def test_content_that_looks_like_furniture_is_kept(content: str) -> None:
    assert "kept here" in read(ARTICLE + content).text


def test_blocks_and_levels() -> None:
    body = (
        "<h1>Guide <b>one</b></h1><p>Some <i>inline</i>\n words<br>and a line.</p>tail words"
        "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul><ol start=3><li>d</ol>"
        "<pre>if x:\n    y()</pre><figure><figcaption>Figure 1: a cat</figcaption></figure>"
    )
    assert said(body) == [
        ("heading", "Guide one"),
        ("paragraph", "Some inline words\nand a line."),
        ("paragraph", "tail words"),
        ("list item", "a"),
        ("list item", "b"),
        ("list item", "c"),
        ("list item", "3. d"),
        ("code", "if x:\n    y()"),
        ("caption", "Figure 1: a cat"),
    ]
    assert [block.level for block in read(body).blocks] == [1, 0, 0, 1, 2, 1, 1, 0, 0]


def test_tables_are_read_row_by_row() -> None:
    body = (
        "<table><caption>Prices</caption><tr><th>Model<th colspan=2>Price</tr>"
        "<tr><td rowspan=2>X100<td>20 €<td>new</tr><tr><td>15 €<td>used</tr></table>"
        "<table><tr><th>Weight:<td>2 kg</tr><tr><th>Height<td>1 m</tr></table>"
        "<table><tr><td>a<td>b</tr><tr><td>c<td>d</tr></table>"
        "<table><tr><td><p>Layout words</p></td></tr></table>"
    )
    assert said(body) == [
        ("caption", "Prices"),
        ("table row", "Model: X100 | Price: 20 € | Price: new"),
        ("table row", "Model: X100 | Price: 15 € | Price: used"),
        ("table row", "Weight: 2 kg"),
        ("table row", "Height: 1 m"),
        ("table row", "a | b"),
        ("table row", "c | d"),
        ("paragraph", "Layout words"),
    ]


def test_title_and_date() -> None:
    head = (
        "<title>Leave policy - Intranet</title><meta property='og:title' content='Leave policy!'>"
        "<meta property='article:published_time' content='2024-01-02T10:00:00Z'>"
        "<meta property='article:modified_time' content='2024-05-01T10:00:00Z'>"
    )
    parsed = read(ARTICLE, head)
    assert (parsed.title, parsed.modified) == ("Leave policy!", "2024-05-01")
    assert read("<h1>Leave policy</h1>" + ARTICLE, head).title == "Leave policy"
    assert read("<h1>Only</h1>" + ARTICLE, "").title == "Only"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "shift_jis"])
def test_declared_encoding_is_used(encoding: str) -> None:
    words = "吾輩は猫である" if encoding == "shift_jis" else "café Müller"
    page = f"<meta charset='{encoding}'><p>{words} plain words</p>"
    assert words in parse(page.encode(encoding), Limits()).text


def test_deep_nesting_keeps_the_words() -> None:
    parsed = read("<div>" * 5000 + "<p>deep words</p>" + "</div>" * 5000 + "<p>after</p>")
    assert "deep words" in parsed.text
    assert "after" in parsed.text
    assert parsed.warnings


def test_page_of_links_alone_keeps_them() -> None:
    assert (
        "gamma"
        in read(
            "<ul>"
            + "".join(f"<li><a>{w}</a>" for w in ("alpha", "beta", "gamma", "delta"))
            + "</ul>"
        ).text
    )


def test_page_without_words_is_empty() -> None:
    with pytest.raises(RefusedError) as refused:
        read("<script>x</script><img src=a.png>")
    assert refused.value.reason is SkipReason.EMPTY


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("£45<sup>1</sup>, 45 %<sup><a href=#n>2</a></sup>", "£45¹, 45 %²"),
        ("10<sup>3</sup> m<sup>2</sup>, 10<sup>-3</sup>", "10³ m², 10⁻³"),
        ("<b>£45</b><a href=#n><sup>1,2</sup></a>", "£45¹,²"),
        ("£45<span style='vertical-align: super'>1</span>", "£45¹"),
        ("1<sup>st</sup> and 2<sup>nd</sup>, 5<sup>[1]</sup>", "1st and 2nd, 5[1]"),
        ("<sup>1</sup> excl. VAT", "1 excl. VAT"),
    ],
)
def test_figures_above_the_line_are_no_part_of_a_number(source: str, words: str) -> None:
    assert read(f"<p>Fees 2024</p><p>{source}</p>").text == f"Fees 2024\n\n{words}"
    table = f"<table><tr><td>a<td>{source}</tr><tr><td>b<td>c</tr></table>"
    assert read(table).text == f"a | {words}\nb | c"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Fee <s>£10</s> <ins>£8</ins> now</p>", "Fee £8 now"),
        ("<p>Fee <del>£10</del> £8<strike>, 9</strike></p>", "Fee £8"),
        (
            "<p>Open <span style='text-decoration: line-through'>Sundays</span> daily</p>",
            "Open daily",
        ),
        ("<table><tr><td>a<td><s>b</s> c</tr><tr><td>d<td>e</tr></table>", "a | c\nd | e"),
        ("<ol><li>card<li><s>cash</s><li>cheque</ol>", "1. card\n3. cheque"),
        ("<p><s>All of it</s></p>", "All of it"),
    ],
)
def test_struck_words_are_left_out_unless_all_are(source: str, words: str) -> None:
    assert read(source).text == words


def test_a_first_row_of_bold_cells_names_the_columns() -> None:
    bold = "<td><p class=MsoNormal><b>{}<o:p></o:p></b></p></td>"
    head = "".join(map(bold.format, ("Item", "Price")))
    body = f"<table><tr>{head}</tr><tr><td>Oak<td>45</tr><tr><td>Elm<td>55</tr></table>"
    assert read(body).text == "Item: Oak | Price: 45\nItem: Elm | Price: 55"
    styled = "<tr style='font-weight:bold'><td>Item<td>Price</tr><tr><td>Oak<td>45</tr>"
    assert read(f"<table>{styled}</table>").text == "Item: Oak | Price: 45"
    mixed = "<tr><td><b>Oak</b><td>45</tr><tr><td><b>Elm</b><td>55</tr>"
    assert read(f"<table>{mixed}</table>").text == "Oak | 45\nElm | 55"


def test_a_cell_over_the_whole_table_heads_the_rows_below_it() -> None:
    body = (
        "<table><tr><th colspan=3>Fares 2024</tr><tr><th>Zone<th>Adult<th>Child</tr>"
        "<tr><td>1<td>2.00<td>1.00</tr><tr><td colspan=3><b>Night buses</b></tr>"
        "<tr><td>1<td>3.00<td></tr><tr><td colspan=9>Dogs travel free.</tr></table>"
    )
    assert said(body) == [
        ("caption", "Fares 2024"),
        ("table row", "Zone: 1 | Adult: 2.00 | Child: 1.00"),
        ("caption", "Night buses"),
        ("table row", "Zone: 1 | Adult: 3.00"),
        ("paragraph", "Dogs travel free."),
    ]
    unsaid = "<tr><th>A<th>B</tr><tr><td colspan=2>C</tr><tr><td>d<td></tr>"
    assert read(f"<table>{unsaid}</table>").text == "A | B\n\nC\n\nA: d"
    down = "<tr><td rowspan=2>a<td rowspan=2>b</tr><tr><td>c</tr>"
    assert read(f"<table>{down}</table>").text == "a | b\na | b | c"
    pairs = "<tr><th colspan=2>Size</tr><tr><th>Width<td>2 m</tr><tr><th>Height<td>1 m</tr>"
    assert read(f"<table>{pairs}</table>").text == "Size\n\nWidth: 2 m\nHeight: 1 m"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<dt>Weight<dd>3.1 kg<dt>Length:<dd>42 cm", "Weight: 3.1 kg\n\nLength: 42 cm"),
        ("<div><dt>Weight</dt><dd><p>3.1 <b>kg</b></p></dd></div>", "Weight: 3.1 kg"),
        ("<dt>Mon</dt><dt>Tue</dt><dd>9–5</dd><dd>7–8</dd>", "Mon, Tue: 9–5\n\nMon, Tue: 7–8"),
        ("<dt>Shop<dd>12 High St<br>Leeds", "Shop: 12 High St\nLeeds"),
        ("<dt>What does it cost?<dd>£4", "What does it cost?\n\n£4"),
        ("<dt>Lien<dd><p>A right.</p><p>It ends.</p>", "Lien\n\nA right.\n\nIt ends."),
        ("<dt>We take<dd><ul><li>cards<li>cash</ul>", "We take:\n\ncards\ncash"),
        ("<dt>Alone", "Alone"),
        ("<dt>Alone<dd>", "Alone"),
        ("<dd>Indented", "Indented"),
    ],
)
def test_names_stand_before_their_values(source: str, words: str) -> None:
    assert read(f"<dl>{source}</dl>").text == words


def test_a_short_bold_paragraph_heads_the_block_below_it() -> None:
    body = (
        "<h2>Cover</h2><p><b>Not insured</b></p><p>&nbsp;</p><p>Contractors.</p>"
        "<p style='font-weight: bold'><span>Insured</span></p><ul><li>staff</ul>"
        "<p><b>Where is the shop?</b></p><p><b>Fee: £5</b></p><p><b>Closed</b> now</p>"
        "<ul><li><p><b>Item</b></p><p>More.</p></ul><p><b>Above</b></p><p><b>Bold too</b></p>"
    )
    parsed = read(body)
    heads = [b for b in parsed.blocks if b.kind.value == "heading"]
    assert [(b.level, parsed.text[b.start : b.end]) for b in heads] == [
        (2, "Cover"),
        (3, "Not insured"),
        (3, "Insured"),
    ]


def test_paragraphs_that_outlook_marks_as_items_are_items() -> None:
    mark = "<span style='mso-list:Ignore'>{}<span>&nbsp;&nbsp; </span></span>"
    style = "class=MsoListParagraph style='mso-list:l0 level{} lfo1'"
    body = (
        "<p class=MsoNormal>We do not deliver to:</p>"
        f"<p {style.format(1)}><![if !supportLists]>{mark.format('·')}<![endif]>islands</p>"
        f"<p {style.format(2)}>{mark.format('o')}<b>Jersey</b></p>"
        "<p class=MsoListParagraphCxSpLast>1.&nbsp; Open</p>"
        "<p class=MsoListParagraph>Indented only</p>"
    )
    assert said(body) == [
        ("paragraph", "We do not deliver to:"),
        ("list item", "islands"),
        ("list item", "Jersey"),
        ("list item", "1. Open"),
        ("paragraph", "Indented only"),
    ]
    assert [block.level for block in read(body).blocks] == [0, 1, 2, 1, 0]
