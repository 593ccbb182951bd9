"""RTF: characters, structure, what is left out; also as LibreOffice and pandoc write it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.loading.builder import Parsed
from index.loading.limits import Limits, RefusedError
from index.loading.rtf import parse

HEAD = (
    r"{\rtf1\ansi\ansicpg1252\uc1{\fonttbl{\f0 Times;}{\f1\fcharset204 Arial Cyr;}"
    r"{\f2\fcharset128 MS Mincho;}}{\stylesheet{\s1 heading 1;}{\s2\outlinelevel2 Abschnitt;}"
    r"{\*\cs5 Unused;}}{\info{\title A \'e9t\'e9}{\author Nobody}"
    r"{\revtim\yr2024\mo5\dy1\hr9}}"
)


def read(body: str) -> Parsed:
    return parse((HEAD + body + "}").encode("latin-1"), Limits())


def said(parsed: Parsed) -> list[tuple[str, str]]:
    return [(b.kind.value, parsed.text[b.start : b.end]) for b in parsed.blocks]


def test_headings_lists_tables_and_notes() -> None:
    parsed = read(
        r"{\pard\s1 One\par}{\pard\s2 Deep\par}{\pard\outlinelevel1 Two\par}"
        r"\pard Words{\footnote\pard A note.} go on.\par"
        r"{\listtext 1.\tab}\ls1\ilvl0 first\par{\listtext\'b7\tab}\ilvl1 nested\par"
        r"\pard\trowd\trhdr\intbl Model\cell Price\cell\row"
        r"\trowd\intbl X100\cell 20\par euro\cell\row"
        r"\pard After.\par"
    )
    assert (parsed.title, parsed.modified) == ("A été", "2024-05-01")
    assert said(parsed) == [
        ("heading", "One"),
        ("heading", "Deep"),
        ("heading", "Two"),
        ("paragraph", "Words go on."),
        ("paragraph", "A note."),
        ("list item", "1. first"),
        ("list item", "nested"),
        ("table row", "Model: X100 | Price: 20 euro"),
        ("paragraph", "After."),
    ]
    assert [b.level for b in parsed.blocks if b.level] == [1, 3, 2, 1, 2]


def test_lists_as_word_writes_them() -> None:
    """The marker comes before the paragraph's format, and the paragraph ends within a group."""
    item = (
        r"{\listtext\pard\plain\ltrpar \f0\fs22 %s\tab}\pard\ltrpar\ql \fi-360\li720\ls1"
        r"{\rtlch\fcs1 \af0 \ltrch\fcs0 \insrsid1 %s}{\insrsid2 \par }"
    )
    parsed = read(
        item % ("1.", "first")
        + item % (r"\'b7", "second")
        + r"\pard\plain {After the list.}{\par }"
    )
    assert said(parsed) == [
        ("list item", "1. first"),
        ("list item", "second"),
        ("paragraph", "After the list."),
    ]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (r"\'e4\'f6 \{braces\} \\ \~x\_y", "äö {braces} \\ x-y"),
        (r"\u8364? and \u-4064?x", "€ and \uf020x"),
        (r"\uc2\u8364\'80\'80.\uc0\u8364.", "€.€."),
        (r"\u55357?\u56832?!", "😀!"),
        (r"{\f1 \'c4\'ee\'e3}\'e4", "Догä"),
        (r"{\f2 \'8c_\'96\'f1}", "契約"),
        (r"\ldblquote so\rdblquote\emdash\endash\bullet", "“so”—–•"),
        ("soft\nwrap", "softwrap"),
        (r"one\line two", "one\ntwo"),
        (r"a{\v hidden}b{\deleted gone}c{\*\unknown words}d{\pict 0102}e", "abcde"),
        (r'x{\field{\*\fldinst HYPERLINK "http://127.0.0.1"}{\fldrslt link}}y', "xlinky"),
        (r"45{\super 1} m{\up6\'32} 1{\super st} a\super 1\nosupersub 1", "45¹ m² 1st a¹1"),
        (r"{\super 1} excl. VAT {\sub 2}", "1 excl. VAT 2"),
        (r"x{\shp{\*\shpinst{\sp{\sn name}{\sv value}}{\shptxt boxed}}}y", "xboxedy"),
    ],
)
def test_characters(source: str, words: str) -> None:
    assert read(rf"\pard {source}\par").text == words


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1))
def test_any_text_written_in_escapes_comes_back(text: str) -> None:
    def escape(char: str) -> str:
        code = char.encode("utf-16-le")
        units = [int.from_bytes(code[i : i + 2], "little") for i in range(0, len(code), 2)]
        return "".join(f"\\u{unit - 65536 if unit > 32767 else unit}?" for unit in units)

    source = r"\pard w" + "".join(map(escape, text)) + r"w\par"
    assert read(source).text.split() == f"w{text}w".split()


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    try:
        parse(b"{\\rtf1 " + data, Limits())
    except RefusedError:
        return


def test_binary_pictures_are_passed_over() -> None:
    data = HEAD.encode() + b"\\pard one {\\pict\\bin12 }}}{{{\\par x}two\\par}"
    assert parse(data, Limits()).text == "one two"


def test_a_short_line_all_in_bold_is_a_heading() -> None:
    parsed = read(
        r"{\pard\s1 One\par}\pard\b By hand\b0\par Words {\b in} it.\par\b A bold sentence.\par"
        r"\pard\plain Plain again\par"
    )
    assert [(b.kind.value, b.level) for b in parsed.blocks] == [
        ("heading", 1),
        ("heading", 2),
        ("paragraph", 0),
        ("paragraph", 0),
        ("paragraph", 0),
    ]


def test_a_file_that_ends_early_is_told() -> None:
    parsed = parse(b"{\\rtf1 half words", Limits())
    assert parsed.text == "half words"
    assert parsed.warnings == ("it ends in the middle and was read up to there",)


SOURCE = """# One

Wörds – *here*.

| Model | Price | Stock |
|-------|-------|-------|
| X100  | 20 €  | 5     |
| X200  | 30 €  | 12    |

## Two

1. item
2. next
"""
EXPECTED = [
    ("heading", "One"),
    ("paragraph", "Wörds – here."),
    ("table row", "Model: X100 | Price: 20 € | Stock: 5"),
    ("table row", "Model: X200 | Price: 30 € | Stock: 12"),
    ("heading", "Two"),
    ("list item", "1. item"),
    ("list item", "2. next"),
]


def test_a_file_that_pandoc_wrote(tmp_path: Path) -> None:
    if shutil.which("pandoc") is None:
        pytest.skip("pandoc is not installed")
    (tmp_path / "a.md").write_text(SOURCE)
    subprocess.run(["pandoc", "-s", "a.md", "-o", "a.rtf"], cwd=tmp_path, check=True)
    assert said(parse((tmp_path / "a.rtf").read_bytes(), Limits())) == EXPECTED


def test_a_file_that_libreoffice_wrote(tmp_path: Path) -> None:
    if shutil.which("soffice") is None or shutil.which("pandoc") is None:
        pytest.skip("LibreOffice or pandoc is not installed")
    (tmp_path / "a.md").write_text(SOURCE)
    subprocess.run(["pandoc", "-s", "a.md", "-o", "a.docx"], cwd=tmp_path, check=True)
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = ["soffice", home, "--headless", "--convert-to", "rtf", "a.docx"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    assert said(parse((tmp_path / "a.rtf").read_bytes(), Limits())) == EXPECTED


def test_a_name_over_two_columns_joins_the_names_under_it() -> None:
    parsed = read(
        r"\trowd\clvmgf\cellx2000\cellx6000\intbl Grade\cell Pay\cell\row"
        r"\trowd\clvmrg\cellx2000\cellx4010\cellx6000\intbl \cell Min\cell Max\cell\row"
        r"\trowd\cellx2000\cellx4000\cellx6000\intbl A\cell 30\cell 35\cell\row"
        r"\trowd\cellx2000\cellx4000\cellx6000\intbl B\cell 36\cell 44\cell\row\pard"
    )
    assert (
        parsed.text == "Grade: A | Pay Min: 30 | Pay Max: 35\nGrade: B | Pay Min: 36 | Pay Max: 44"
    )


def test_rows_whose_edges_do_not_fit_are_read_as_they_stand() -> None:
    parsed = read(
        r"\trowd\cellx4000\cellx2000\intbl a\cell b\cell\row"
        r"\trowd\cellx2000\intbl c\cell d\cell\row\pard"
    )
    assert parsed.text == "a | b\nc | d"


def test_a_table_inside_a_cell_keeps_its_rows() -> None:
    def row(house: str, fire: str) -> str:
        inner = "".join(
            rf"\pard\intbl\itap2 {name}\nestcell\pard\intbl\itap2 {number}\nestcell"
            r"{\*\nesttableprops\trowd\cellx90\cellx95\nestrow}{\nonesttables\par}"
            for name, number in (("Fire", fire), ("Gas", "0800"))
        )
        return rf"\trowd\cellx2000\cellx4000\pard\intbl {house}\cell{inner}\pard\intbl\cell\row"

    assert read(row("North", "112") + row("South", "113") + r"\pard After.\par").text == (
        "North\nSouth\n\nNorth\n\nFire | 112\nGas | 0800\n\nSouth\n\nFire | 113\nGas | 0800\n\n"
        "After."
    )


def test_words_of_an_inner_table_that_is_cut_off_are_kept() -> None:
    assert read(r"\pard\intbl\itap2 Fire\nestcell 112").text == "Fire | 112"
    assert read(r"\pard\itap2 Stray.\par\pard After.\par").text == "Stray.\n\nAfter."


def test_figures_above_the_line_in_a_cell_and_in_an_inner_table() -> None:
    assert read(r"\trowd\intbl Oak\cell 45{\super 1}\cell\row\pard").text == "Oak | 45¹"
    assert read(r"\pard\intbl\itap2 Oak\nestcell 45{\super 1}").text == "Oak | 45¹"


def test_struck_words_are_left_out_unless_all_are() -> None:
    assert read(r"\pard Fee {\strike \'a310} \'a38\striked1 , 9\striked0 .\par").text == "Fee £8."
    assert read(r"\pard\strike Fee\strike0  due\plain\par").text == "due"
    assert read(r"\pard\strike Fee due\par").text == "Fee due"


def test_a_bold_line_that_says_a_fact_is_no_heading() -> None:
    lines = ("Minutes", "AGREED to spend $1,250 on a swing", "Next meeting: 11 April", "Why?")
    parsed = read("".join(rf"\pard{{\b {line}}}\par\pard Words.\par" for line in lines))
    assert [kind for kind, _ in said(parsed)[::2]] == ["heading", *["paragraph"] * 3]
