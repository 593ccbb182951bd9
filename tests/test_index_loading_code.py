"""Source code: a unit a block, comments kept, prose told from code, no word lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.loading import FORMATS
from index.loading.builder import Parsed
from index.loading.code import parse
from index.loading.limits import Limits, RefusedError

ROOT = Path(__file__).resolve().parents[1]


def read(text: str, variant: str) -> Parsed:
    return parse(text.encode(), Limits(), variant)


def said(parsed: Parsed) -> list[tuple[str, str]]:
    return [(b.kind.value, parsed.text[b.start : b.end]) for b in parsed.blocks]


PYTHON = '''#!/usr/bin/env python3
"""What the module does.

More of it, on
two lines.
"""

import os

# The limit that the customer
# asked for in May.

LIMIT = 5


# Adds.
@cached
def add(
    one,
    two,
):
    """Sum."""

    return one + two


class Box:
    size = 1

    def open(self):
        # inner
        return self.size
'''


def test_python_functions_and_classes_are_blocks() -> None:
    assert said(read(PYTHON, "python")) == [
        ("paragraph", "What the module does."),
        ("paragraph", "More of it, on two lines."),
        ("code", "#!/usr/bin/env python3"),
        ("code", "import os"),
        ("paragraph", "The limit that the customer asked for in May."),
        ("code", "LIMIT = 5"),
        (
            "code",
            '# Adds.\n@cached\ndef add(\n    one,\n    two,\n):\n    """Sum."""\n\n'
            "    return one + two",
        ),
        (
            "code",
            "class Box:\n    size = 1\n\n    def open(self):\n        # inner\n"
            "        return self.size",
        ),
    ]


@pytest.mark.parametrize(
    ("variant", "source", "blocks"),
    [
        (
            "braces",
            "/*\n * Made by the people of the harbour.\n *\n * All rights kept.\n */\n\n"
            "/** Adds. */\nint add(int a, int b)\n{\n\n  return a + b;\n}\n\nclass X {\n};\n",
            [
                ("paragraph", "Made by the people of the harbour."),
                ("paragraph", "All rights kept."),
                ("code", "/** Adds. */\nint add(int a, int b)\n{\n\n  return a + b;\n}"),
                ("code", "class X {\n};"),
            ],
        ),
        (
            "hash",
            "# How long to wait for the pilot.\ntimeout: 30\n\nports:\n  - 80\n\n  - 81\n",
            [
                ("code", "# How long to wait for the pilot.\ntimeout: 30"),
                ("code", "ports:\n  - 80\n\n  - 81"),
            ],
        ),
        (
            "dashes",
            "-- The ships that came in.\n\nCREATE TABLE ship (\n  id INT\n);\n\nSELECT 1;\n",
            [
                ("paragraph", "The ships that came in."),
                ("code", "CREATE TABLE ship (\n  id INT\n);"),
                ("code", "SELECT 1;"),
            ],
        ),
    ],
)
def test_other_languages(variant: str, source: str, blocks: list[tuple[str, str]]) -> None:
    assert said(read(source, variant)) == blocks


def test_code_that_was_commented_out_is_no_prose() -> None:
    assert said(read("# x = f(1)\n\ny = 2\n", "python"))[0] == ("code", "# x = f(1)")


def test_a_long_class_is_cut_between_its_methods() -> None:
    methods = "".join(
        f"    def method{n}(self):\n        return {'x' * 300!r}\n\n" for n in range(40)
    )
    parsed = read("class Long:\n" + methods, "python")
    sizes = [block.end - block.start for block in parsed.blocks]
    assert len(sizes) > 3
    assert max(sizes) <= 2_500
    later = [text for _, text in said(parsed)][1:]
    assert all(text.lstrip().startswith("def method") for text in later)


@pytest.mark.parametrize("path", sorted((ROOT / "index").glob("*.py")), ids=lambda p: p.name)
def test_no_word_of_real_code_is_lost(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    text = read(source, "python").text
    assert set(re.findall(r"\w+", source)) <= set(re.findall(r"\w+", text))
    assert re.findall(r"^[ ]*((?:def|class) \w+)", text, re.M) == re.findall(
        r"^[ ]*((?:def|class) \w+)", source, re.M
    )


@given(
    st.text("ab #/*\"'(){}\n-=:", max_size=400),
    st.sampled_from(["python", "hash", "braces", "dashes"]),
)
def test_any_characters_make_blocks_in_order(text: str, variant: str) -> None:
    try:
        parsed = read(text, variant)
    except RefusedError:
        return
    assert parsed.text.count("a") == text.count("a")
    assert parsed.text.count("b") == text.count("b")


def test_every_code_loader_has_a_style() -> None:
    for loader in set(FORMATS.values()):
        if loader.startswith("code-"):
            assert read("words", loader.removeprefix("code-")).loader.startswith(f"{loader}/")
