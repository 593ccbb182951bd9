"""The text builder, plain text, Markdown and the language guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.loading import markdown, text
from index.loading.builder import TextBuilder, clean, tidy_title
from index.loading.dates import iso_date, pdf_date
from index.loading.encoding import decode
from index.loading.formats import title_of_name
from index.loading.language import guess_language
from index.loading.limits import Limits, RefusedError
from index.loading.mending import is_soft_hyphen
from index.loading.tables import row_text
from index.types import Block, BlockKind, PageRun, SkipReason

LIMITS = Limits()
ANY_TEXT = st.text(st.characters(), max_size=60)


def said(parsed_text: str, blocks: tuple[Block, ...]) -> list[tuple[str, str]]:
    return [(block.kind.value, parsed_text[block.start : block.end]) for block in blocks]


def check_blocks(whole: str, blocks: tuple[Block, ...]) -> None:
    """Blocks are in order, stripped, and leave out only line ends."""
    end = 0
    for block in blocks:
        assert whole[end : block.start].strip("\n") == ""
        words = whole[block.start : block.end]
        assert words
        assert words == words.strip()
        end = block.end
    assert end == len(whole)
    assert "\0" not in whole
    whole.encode()


@given(st.lists(st.tuples(st.sampled_from(BlockKind), ANY_TEXT), max_size=8))
def test_builder_blocks_cover_the_text(rows: list[tuple[BlockKind, str]]) -> None:
    builder = TextBuilder()
    for kind, words in rows:
        builder.add(kind, words)
    check_blocks(builder.text, builder.blocks)


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_builder_keeps_page_runs_exact(before: str, page: str, after: str) -> None:
    builder = TextBuilder()
    builder.add(BlockKind.PARAGRAPH, "first")
    run = PageRun(len(before), len(before) + len(page), 3, 0, len(page))
    builder.add(BlockKind.PARAGRAPH, before + page + after, page=3, page_runs=[run])
    for block in builder.blocks:
        for found in block.page_runs:
            assert block.start <= found.start < found.end <= block.end
            assert builder.text[found.start : found.end] == page[found.page_start : found.page_end]


def test_builder_keeps_runs_of_plain_words() -> None:
    builder = TextBuilder()
    builder.add(BlockKind.PARAGRAPH, "  ab\0cd ", page=1, page_runs=[PageRun(0, 8, 1, 10, 18)])
    runs = [
        (run.start, run.end, run.page_start, run.page_end) for run in builder.blocks[0].page_runs
    ]
    assert builder.text == "abcd"
    assert runs == [(0, 2, 12, 14), (2, 4, 15, 17)]


def test_builder_separates_rows_tightly_and_paragraphs_widely() -> None:
    builder = TextBuilder()
    for kind in (BlockKind.LIST_ITEM, BlockKind.LIST_ITEM, BlockKind.PARAGRAPH):
        builder.add(kind, "x")
    for _ in range(2):
        builder.start_table()
        builder.add(BlockKind.TABLE_ROW, "r")
        builder.add(BlockKind.TABLE_ROW, "s")
    assert builder.text == "x\nx\n\nx\n\nr\ns\n\nr\ns"


def test_builder_refuses_more_text_than_the_limit() -> None:
    builder = TextBuilder(limit_chars=10)
    with pytest.raises(RefusedError) as refused:
        builder.add(BlockKind.PARAGRAPH, "eleven chars")
    assert refused.value.reason is SkipReason.TOO_LARGE


def test_builder_refuses_more_blocks_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.loading.builder._MAX_BLOCKS", 3)
    builder = TextBuilder()
    for _ in range(3):
        builder.add(BlockKind.PARAGRAPH, "a")
    with pytest.raises(RefusedError, match="more than 3 paragraphs"):
        builder.add(BlockKind.PARAGRAPH, "a")


@pytest.mark.parametrize(
    ("data", "text", "warned"),
    [
        ("Two halves \ud83d\ude00 join.", "Two halves \U0001f600 join.", False),
        ("A half \ud83d alone.", "A half \ufffd alone.", True),
        ("Both \ud83d\ude00 and \ude00 é.", "Both \U0001f600 and \ufffd é.", True),
    ],
)
def test_halves_of_surrogate_pairs_are_utf8_all_the_same(
    data: str, text: str, warned: bool
) -> None:
    decoded, warnings = decode(data.encode("utf-8", "surrogatepass"))
    assert decoded == text
    assert warnings == (
        ("1 character was not valid UTF-8 and is shown as \ufffd",) if warned else ()
    )


def test_clean_keeps_the_authors_characters() -> None:
    assert clean("e\u0301\u200b\u202e\tx\r\ny\rz\0\ud800") == "e\u0301\u200b\u202e\tx\ny\nz"


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=300))
def test_any_text_is_read_or_refused(words: str) -> None:
    for parse in (text.parse, markdown.parse):
        reason, parsed = None, None
        try:
            parsed = parse(words.encode(), LIMITS)
        except RefusedError as refused:
            reason = refused.reason
        if parsed is not None:
            check_blocks(parsed.text, parsed.blocks)
        assert reason in (None, SkipReason.EMPTY, SkipReason.NOT_AS_NAMED)


@given(st.binary(max_size=400))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    reason = SkipReason.NOT_AS_NAMED
    try:
        decode(data)
    except RefusedError as refused:
        reason = refused.reason
    assert reason is SkipReason.NOT_AS_NAMED


@given(st.lists(st.text("abcdefgh éß中", min_size=1, max_size=30), min_size=1, max_size=12))
def test_plain_text_loses_no_word(lines: list[str]) -> None:
    source = "\n".join(lines)
    if not source.strip():
        return
    found = text.parse(source.encode(), LIMITS).text
    assert found.split() == source.split()


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "mac_roman"],
)
def test_encodings_are_told_apart(encoding: str) -> None:
    words = "The café’s owner didn’t say “naïve”; Müller paid 20 £ – a façade. " * 3
    assert decode(words.encode(encoding))[0] == words


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_chinese_utf16_without_mark(encoding: str) -> None:
    words = "我们的产品质量很好\n请联系客户服务部门获取更多信息 A\n" * 5
    assert decode(words.encode(encoding))[0] == words


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1251", "Все счастливые семьи похожи друг на друга, каждая несчастливая семья. " * 8),
        ("shift_jis", "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。" * 8),
    ],
)
def test_other_old_encodings_are_guessed(encoding: str, words: str) -> None:
    found, warnings = decode(words.encode(encoding))
    assert found == words
    assert "guess" in warnings[0]


def test_text_paragraphs_lists_and_headings() -> None:
    source = (
        "Annual report\n=============\n\n"
        "The quick brown fox jumps over the lazy dog and then it sleeps for some\n"
        "time in the shade, since foxes like shade more than anything else on ear-\n"
        "th, as the earth has it.\n\n"
        "SAFETY RULES\n\n- first rule\n  goes on\n- second rule\n\n"
        "2.1 Scope\n\nThese rules hold for everybody who works here.\n\n"
        "Roses are red,\nviolets are blue,\nsugar is sweet.\n"
    )
    parsed = text.parse(source.encode(), LIMITS)
    assert said(parsed.text, parsed.blocks) == [
        ("heading", "Annual report"),
        (
            "paragraph",
            "The quick brown fox jumps over the lazy dog and then it sleeps for some time in the "
            "shade, since foxes like shade more than anything else on earth, as the earth has it.",
        ),
        ("heading", "SAFETY RULES"),
        ("list item", "first rule goes on"),
        ("list item", "second rule"),
        ("heading", "2.1 Scope"),
        ("paragraph", "These rules hold for everybody who works here."),
        ("paragraph", "Roses are red,\nviolets are blue,\nsugar is sweet."),
    ]
    assert parsed.title == "Annual report"


def test_numbered_list_is_not_taken_for_headings() -> None:
    parsed = text.parse(b"1. Bread\n\n2. Butter\n\n3. Jam\n", LIMITS)
    assert all(block.kind is BlockKind.LIST_ITEM for block in parsed.blocks)


@pytest.mark.parametrize(
    ("left", "right", "soft"),
    [
        ("exam-", "ple of it", True),
        ("well-", "known", False),
        ("the long-", "term plan", False),
        ("Smith-", "Jones", False),
        ("10-", "fold", False),
        ("co\u00ad", "operate", True),
    ],
)
def test_hyphens_at_line_ends(left: str, right: str, soft: bool) -> None:
    assert is_soft_hyphen(left, right, frozenset({"example", "well-known"})) is soft


def test_markdown_blocks() -> None:
    source = (
        '---\ntitle: "The *X100*"\ndate: 2024-05-01\nupdated: soon\n---\n'
        "# Guide\n\nSome **bold** and [linked](http://x.example) words with `code`\nand more.\n\n"
        "1. one\n   - inner\n2. two\n\n```py\nif a:\n    b()\n```\n\n"
        "| Model | Price |\n|---|---|\n| X100 | 20 € |\n| X200 | |\n\n<!-- no -->\n"
        "<div><script>bad()</script>seen</div>\n"
    )
    parsed = markdown.parse(source.encode(), LIMITS)
    assert parsed.title == "The *X100*"
    assert parsed.modified == "2024-05-01"
    assert said(parsed.text, parsed.blocks) == [
        ("table row", "updated: soon"),
        ("heading", "Guide"),
        ("paragraph", "Some bold and linked words with code and more."),
        ("list item", "1. one"),
        ("list item", "inner"),
        ("list item", "2. two"),
        ("code", "if a:\n    b()"),
        ("table row", "Model: X100 | Price: 20 €"),
        ("table row", "Model: X200"),
        ("paragraph", "seen"),
    ]
    assert [block.level for block in parsed.blocks[3:6]] == [1, 2, 1]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("The fee is ~~£10~~ £8.", "The fee is £8."),
        ("The fee is <del>£10</del> £8<sup>1</sup>.", "The fee is £8¹."),
        ("The fee ~~is *£10* or~~ <s>is</s>", "The fee"),
        ("Call it with <s> and a ~~number~~ name.", "Call it with and a name."),
        ("1. card\n2. ~~cash~~\n3. cheque\n", "1. card\n3. cheque"),
        ("| Day | Opens |\n|---|---|\n| Mon | ~~9~~ 10 |\n", "Day: Mon | Opens: 10"),
        ("~~All of it~~\n\n- ~~and this~~", "All of it\n\nand this"),
    ],
)
def test_markdown_leaves_struck_words_out_unless_all_are(source: str, words: str) -> None:
    assert markdown.parse(source.encode(), LIMITS).text == words


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("Opening hours:\nMon-Fri 9-5\nSat 10-2", "Opening hours:\nMon-Fri 9-5\nSat 10-2"),
        ("**Mon** bins black\n**Tue** bins blue", "Mon bins black\nTue bins blue"),
        (
            "boiler = E13 -> top up\nboiler = E14 -> call",
            "boiler = E13 -> top up\nboiler = E14 -> call",
        ),
        ("- Hours:\n  Mon 9-5\n  Sat 10-2", "Hours:\nMon 9-5\nSat 10-2"),
        ("- Ring the\n  bell twice.", "Ring the bell twice."),
        ("- Get it from the\n  Village Shop", "Get it from the Village Shop"),
        ("![]()\nMon 9-5\nTue 8-6", "Mon 9-5\nTue 8-6"),
        ("> Do not open\n> the cover.", "Do not open the cover."),
        (
            "The tenant keeps the garden and the path in order and pays\nthe water. "
            "Dogs are kept off the grass and the paths of the\nOld House.",
            "The tenant keeps the garden and the path in order and pays the water. "
            "Dogs are kept off the grass and the paths of the Old House.",
        ),
    ],
)
def test_markdown_keeps_lines_that_are_no_wrapped_prose(source: str, words: str) -> None:
    assert markdown.parse(source.encode(), LIMITS).text == words


def test_a_line_that_opens_a_second_list_is_no_part_of_the_first() -> None:
    source = "1. Card\n2. Cash\nWe do not accept:\n1. Cheques\n2. Notes\n"
    parsed = markdown.parse(source.encode(), LIMITS)
    assert said(parsed.text, parsed.blocks) == [
        ("list item", "1. Card"),
        ("list item", "2. Cash"),
        ("paragraph", "We do not accept:"),
        ("list item", "1. Cheques"),
        ("list item", "2. Notes"),
    ]
    fenced = f"```\n{source}```"
    assert markdown.parse(fenced.encode(), LIMITS).text == source.strip()
    wrapped = "- what is said of the garden and of the path in\nAnnex B of:\n- this"
    assert "path in Annex B of:" in markdown.parse(wrapped.encode(), LIMITS).text


def test_markdown_nested_lists_keep_every_item() -> None:
    source = "\n".join("  " * depth + f"- item{depth}" for depth in range(300))
    parsed = markdown.parse(source.encode(), LIMITS)
    assert all(f"item{depth}" in parsed.text.split() for depth in range(300))
    shallow = "\n".join("  " * depth + f"- item{depth}" for depth in range(30))
    levels = [block.level for block in markdown.parse(shallow.encode(), LIMITS).blocks]
    assert levels == list(range(1, 31))


def test_rows_and_titles_and_dates() -> None:
    assert row_text(["X100", "", "20 €", "20 €"], ["Model", "Size", "Price", "Price"]) == (
        "Model: X100 | Price: 20 €"
    )
    assert title_of_name("a/b/annual_report-2024.pdf") == "annual report 2024"
    assert tidy_title("Microsoft Word - Plan.docx") == "Plan"
    assert tidy_title("untitled") == ""
    assert iso_date("2024-05-01T09:00:00Z") == "2024-05-01"
    assert iso_date("2024-13-01") is None
    assert pdf_date("D:20240501093000+02'00'") == "2024-05-01"
    assert pdf_date("D:2024") is None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "The rules of the house are simple and they have to be kept by all of us."),
        ("de", "Die Regeln des Hauses sind einfach und sie werden von allen auch eingehalten."),
        ("fr", "Les règles de la maison sont simples et elles sont pour tous ceux qui y vivent."),
        ("es", "Las reglas de la casa son simples y se aplican a todos los que viven en ella."),
        ("zh", "这座房子的规则很简单，所有住在这里的人都必须遵守。"),
        ("ja", "この家の決まりは簡単で、ここに住む人はみな守らなければならない。"),
        ("ru", "Правила этого дома простые, и все, кто здесь живёт, должны их соблюдать."),
        (None, "X100 20 40 Y"),
    ],
)
def test_language_is_guessed_or_left_open(language: str | None, words: str) -> None:
    assert guess_language(words) == language


def read_text(words: str) -> list[tuple[str, str]]:
    parsed = text.parse(words.encode(), LIMITS)
    return said(parsed.text, parsed.blocks)


def test_lines_that_hang_below_an_entry_belong_to_it() -> None:
    words = (
        "Sat 18  Barbecue of the club\n          CANCELLED\n"
        "Sun 19  Walk to the mill\n          meet at the green\n"
    )
    told = "Sat 18  Barbecue of the club CANCELLED\nSun 19  Walk to the mill meet at the green"
    assert read_text(words) == [("paragraph", told)]
    verse = "    The mill is old,\nthe mill is grey."
    assert read_text(verse)[0][1].count("\n") == 1


def test_words_set_apart_by_blanks_are_columns_and_no_sentence() -> None:
    row = "CB 451    Gatwick   dep 21:35    Doha      arr 06:10 +1"
    assert read_text(f"{row}\n{row}\n{row}\n")[0][1].count("\n") == 2


@pytest.mark.parametrize(
    "words",
    [
        "Usage:\n    footnote ask Q\n    footnote sync F\n",
        "server 1:\n    port: 80\n    host: a.b\n",
        "The mill is old,\n    the mill is grey,\nthe wheel is cold,\n    and gone away.\n",
        "Mr A. Pym, 4 High Street\n    Brackwater\n    BR1 4XY\n",
    ],
)
def test_other_lines_that_stand_further_in_stay_lines(words: str) -> None:
    assert "\n".join(said for _, said in read_text(words)).count("\n") == words.count("\n") - 1


def test_the_fields_of_front_matter_are_kept_without_those_for_programs() -> None:
    yaml = (
        "---\ntitle: Lease\nlayout: post\nlandlord: Mr. Osei\nrent: 870\ntags:\n  - flat\n"
        "  - lease\nplace:\n  town: York\n---\nBody.\n"
    )
    toml = (
        '+++\ntitle = "Lease"\nweight = 3\nlandlord = "Mr. Osei"\n[place]\ntown = "York"\n'
        "+++\nBody."
    )
    parsed = markdown.parse(yaml.encode(), LIMITS)
    assert parsed.title == "Lease"
    rows = ["landlord: Mr. Osei", "rent: 870", "tags: flat, lease", "place | town: York"]
    assert parsed.text.split("\n") == [*rows, "", "Body."]
    parsed = markdown.parse(toml.encode(), LIMITS)
    assert parsed.title == "Lease"
    assert parsed.text.split("\n") == ["landlord: Mr. Osei", "place | town: York", "", "Body."]


def test_prose_between_two_rules_is_no_front_matter() -> None:
    parsed = markdown.parse(b"---\nThe lift is shut.\nUse the stairs.\n\n---\nBody.", LIMITS)
    assert parsed.text == "The lift is shut. Use the stairs.\n\nBody."


@pytest.mark.parametrize(
    ("source", "joined"),
    [
        (
            "The committee agreed that the new boiler, which was\ndelivered on the 3rd of No-\n"
            "vember, will be install-\ned by Hargreaves & Sons.",
            "The committee agreed that the new boiler, which was delivered on the 3rd of November, "
            "will be installed by Hargreaves & Sons.",
        ),
        ("The pump was deliver-\ned on a Monday.", "The pump was delivered on a Monday."),
    ],
)
def test_a_broken_word_says_that_lines_go_on(source: str, joined: str) -> None:
    assert text.parse(source.encode(), LIMITS).text == joined


def test_a_broken_word_is_mended_where_lines_stay_apart() -> None:
    source = "Roses\nare red and del-\nicate\nbut\nviolets are blue and very much alive"
    assert text.parse(source.encode(), LIMITS).text == source.replace("-\n", "")


@pytest.mark.parametrize(
    "lines",
    [
        (
            "12/08/2023, 09:10 - Lena: The caretaker's number is 0171 5550199 now.",
            "12/08/2023, 09:12 - Paul: Thanks! Boiler is fixed on Tuesday and it runs.",
            "12/08/2023, 09:13 - Lena: Great, I will tell the others about it today.",
        ),
        (
            "[12.08.23, 09:10:05] Lena: The caretaker's number is 0171 5550199 now.",
            "[12.08.23, 09:12:44] Paul: Thanks! Boiler is fixed on Tuesday and runs.",
        ),
        (
            "Lena: The caretaker's number is 0171 5550199 now, so call him please.",
            "Paul: Thanks! The boiler is fixed on Tuesday and it runs since then.",
        ),
    ],
)
def test_the_messages_of_a_chat_stay_lines(lines: tuple[str, ...]) -> None:
    assert text.parse("\n".join(lines).encode(), LIMITS).text.split("\n") == list(lines)


def test_a_line_of_capitals_right_above_wrapped_text_is_its_heading() -> None:
    food = (
        "Tonight he may have a little water and a spoonful of rice. Soft food only for\n"
        "five days because of the teeth, and nothing that he has to chew at all until\n"
        "he has been seen again."
    )
    parsed = text.parse(f"Rex\n\nFOOD\n{food}".encode(), LIMITS)
    assert said(parsed.text, parsed.blocks)[1:] == [
        ("heading", "FOOD"),
        ("paragraph", food.replace("\n", " ")),
    ]
    for capitals in ("THE SOFTWARE COMES WITHOUT WARRANTY OF", "THIS AGREEMENT OF ANN LEE AND"):
        licence = f"{capitals}\n{food}".encode()
        assert len(text.parse(licence.replace(b"Tonight", b"tonight"), LIMITS).blocks) == 1
        assert len(text.parse(licence, LIMITS).blocks) == 1
    poem = b"THE MILL\nTurns all day\nand sings"
    assert len(text.parse(poem, LIMITS).blocks) == 1


@pytest.mark.parametrize(
    ("words", "blocks"),
    [
        (
            "- Card\n- Cash\nNot accepted:\n- Cheques\n",
            ["- Card", "- Cash", "Not accepted:", "- Cheques"],
        ),
        (
            "Payment:\n1. Card\n2. Cash\nWe do not accept:\n1. Cheques\n2. Gold\n",
            [
                "Payment:",
                "- 1. Card",
                "- 2. Cash",
                "We do not accept:",
                "- 1. Cheques",
                "- 2. Gold",
            ],
        ),
        (
            "We regret that we cannot pay for the\nfollowing items:\n1. the vase\n2. the carpet\n"
            "We will pay for the window within 14 days.\n",
            [
                *("We regret that we cannot pay for the\nfollowing items:", "- 1. the vase"),
                *("- 2. the carpet", "We will pay for the window within 14 days."),
            ],
        ),
        (
            "1. Apologies\nNone.\n2. Playground\nThe swing is broken.\nPB to ask.\n",
            ["1. Apologies", "None.", "2. Playground", "The swing is broken.\nPB to ask."],
        ),
        (
            "- boots\n- 2 l water\nbut NOT:\n- dogs\n- drones\n",
            ["- boots", "- 2 l water", "but NOT:", "- dogs", "- drones"],
        ),
        (
            "The Tenant shall not:\n  (i) keep a dog;\n  (ii) sublet; or\n  (iii) smoke.\n",
            ["The Tenant shall not:", "- (i) keep a dog;", "- (ii) sublet; or", "- (iii) smoke."],
        ),
        (
            "2. Tools\n2.1 The pump is broken.\n2.2 We use Python\n1.6 Beta and\n2.7 m of rope.\n",
            [
                *("- 2. Tools", "- 2.1 The pump is broken."),
                "- 2.2 We use Python 1.6 Beta and 2.7 m of rope.",
            ],
        ),
        # lines that belong to the item above: records, labels, and those that wrap
        ("- Ann Lee\nClerk\n- Bob Ray\nChair\n", ["- Ann Lee Clerk", "- Bob Ray Chair"]),
        (
            "1. Aims:\nTo learn.\n2. Exams:\nTwo in May.\n",
            ["- 1. Aims: To learn.", "- 2. Exams: Two in May."],
        ),
        (
            "- an item that names the Town Council of Brackwater and the\nParish of Hill.\n- two\n",
            [
                "- an item that names the Town Council of Brackwater and the Parish of Hill.",
                "- two",
            ],
        ),
        (
            "- Call Ann\n  at noon.\n  Ask for Bo.\n- two\n",
            ["- Call Ann at noon. Ask for Bo.", "- two"],
        ),
    ],
)
def test_lists_part_from_the_lines_above_and_below(words: str, blocks: list[str]) -> None:
    found = read_text(words)
    assert [("- " if kind == "list item" else "") + said for kind, said in found] == blocks


@pytest.mark.parametrize(
    ("words", "headings"),
    [
        (
            '1. DEFINITIONS\n\n1.1 "Fee" means £5.\n\n2. TERMINATION\n\n2.1 Either may end this.\n',
            ["1. DEFINITIONS", "2. TERMINATION"],
        ),
        (
            "1. Safety\n\nSwitch off the mains first.\n\n2. Starting\n\n1. Open.\n2. Press.\n\n"
            "3. Cleaning\n\n3.1 Daily\n\nWipe the lid.\n\n4. Any other business\n\nNone.\n",
            ["1. Safety", "2. Starting", "3. Cleaning", "3.1 Daily", "4. Any other business"],
        ),
        ("4 Leave\n\n4.1 Annual leave\n\nStaff have 27 days.\n", ["4 Leave", "4.1 Annual leave"]),
        ("1. Wash\n\n1. Wash the plate with care.\n\n2. Dry it\n\n3. Eat\n\nTea\n", []),
        ("Address:\n\n12 High Street\n\nWrite to us there at any time, please.\n", []),
        ("12 Mill Lane, Leeds\n\nWrite to us there at any time, please.\n", []),
        ("We sell:\n\n1. Oak tables\n\nThey are made by hand in our own shop.\n", []),
        ("Hill Farm\n\n14 March 2024\n\nYour rent goes up to £900 on 1 May.\n", []),
        ("3. Marketing 2024\n\nWe spend £900 on leaflets.\n", ["3. Marketing 2024"]),
    ],
)
def test_numbered_headings(words: str, headings: list[str]) -> None:
    assert [said for kind, said in read_text(words) if kind == "heading"] == headings


@pytest.mark.parametrize(
    ("words", "items"),
    [
        (
            "Oak 45.00*\nPine 3.20**\n\n* excl. VAT\n** min. order 5 boxes\n",
            ["* excl. VAT", "** min. order 5 boxes"],
        ),
        ("| Oak | 45.00* |\n\n* excl. VAT\n", ["* excl. VAT"]),
        ("Oak 45.00\n\n* boxes of five\n** or more\n", ["boxes of five", "** or more"]),
        ("Oak *not* Pine, **ever**.\n\n* excl. VAT\n", ["excl. VAT"]),
        ("Oak 45.00*\n\n* tables\n* chairs\n", ["tables", "chairs"]),
    ],
)
def test_footnotes_keep_their_marks(words: str, items: list[str]) -> None:
    assert [said for kind, said in read_text(words) if kind == "list item"] == items
