"""reStructuredText: structure, Sphinx's own words, what reaches out of the file, other writers."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from index.loading.builder import Parsed
from index.loading.limits import Limits
from index.loading.rst import parse

GUIDE = """
=====
Guide
=====

:Author: Ann
:Date: 2024-05-01

Intro with *stress*, ``code``, a `link <http://127.0.0.1:9/>`_ and [1]_,
which goes on here.

Setting up
==========

* item one

  second paragraph

  - nested

3. third
4. fourth

term
   its meaning

.. table:: Prices

   ======  =====
   Model   Price
   ======  =====
   X100    20 €
   X200    30 €
   ======  =====

+-----+-----+
| A   | B   |
+=====+=====+
| one | two |
|     +-----+
|     | tri |
+-----+-----+

.. warning:: Hot
   surface.

Example::

   run()

| Line one
| Line two

.. [1] The note.

Deeper
------

.. |v| replace:: 1.2.3

Version |v| it is.
"""

SPHINX = """
Use
***

.. toctree::
   :maxdepth: 2

   other
   pages

See :ref:`the other page <other>`, :class:`~foo.Bar` and :doc:`/here`.

.. py:function:: spam(eggs)
   :noindex:

   Return spam, see :meth:`egg`.

   .. versionadded:: 3.1
      Since spring.
"""


def read(text: str) -> Parsed:
    return parse(text.encode(), Limits())


def said(parsed: Parsed) -> list[tuple[str, str]]:
    return [(b.kind.value, parsed.text[b.start : b.end]) for b in parsed.blocks]


def test_structure_is_kept() -> None:
    parsed = read(GUIDE)
    assert (parsed.title, parsed.modified, parsed.warnings) == ("Guide", "2024-05-01", ())
    assert said(parsed) == [
        ("heading", "Guide"),
        ("table row", "Author: Ann"),
        ("table row", "Date: 2024-05-01"),
        ("paragraph", "Intro with stress, code, a link and [1], which goes on here."),
        ("heading", "Setting up"),
        ("list item", "item one"),
        ("list item", "second paragraph"),
        ("list item", "nested"),
        ("list item", "3. third"),
        ("list item", "4. fourth"),
        ("paragraph", "term\nits meaning"),
        ("caption", "Prices"),
        ("table row", "Model: X100 | Price: 20 €"),
        ("table row", "Model: X200 | Price: 30 €"),
        ("table row", "A: one | B: two"),
        ("table row", "A: one | B: tri"),
        ("paragraph", "Warning: Hot surface."),
        ("paragraph", "Example:"),
        ("code", "run()"),
        ("paragraph", "Line one\nLine two"),
        ("paragraph", "[1] The note."),
        ("heading", "Deeper"),
        ("paragraph", "Version 1.2.3 it is."),
    ]
    assert [b.level for b in parsed.blocks if b.kind.value == "heading"] == [1, 2, 3]


def test_words_of_sphinx_are_read_though_docutils_knows_them_not() -> None:
    parsed = read(SPHINX)
    assert said(parsed) == [
        ("heading", "Use"),
        ("paragraph", "See the other page, Bar and /here."),
        ("code", "spam(eggs)"),
        ("paragraph", "Return spam, see egg."),
        ("paragraph", "versionadded 3.1"),
        ("paragraph", "Since spring."),
    ]
    assert parsed.warnings == ()


def test_nothing_outside_the_file_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret words")
    parsed = read(
        f"Plain words.\n\n.. include:: {secret}\n\n.. literalinclude:: {secret}\n\n"
        f".. raw:: html\n   :file: {secret}\n\n.. csv-table:: T\n   :file: {secret}\n\n"
        ".. raw:: html\n\n   <b>bold</b>\n"
    )
    assert parsed.text == "Plain words."
    assert parsed.warnings == ("5 included or raw parts were not read",)


def test_no_settings_file_is_obeyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret words")
    (tmp_path / "docutils.conf").write_text("[general]\nfile_insertion_enabled: yes\n")
    monkeypatch.chdir(tmp_path)
    assert "secret" not in read(".. include:: secret.txt\n\nPlain words.").text


@pytest.mark.parametrize(
    "text",
    [
        "\n\n".join("  " * n + f"* item{n}" for n in range(400)) + "\n\nlast words",
        "word " * 5_000 + "last words",
    ],
)
def test_what_docutils_cannot_follow_is_read_as_plain_text(text: str) -> None:
    parsed = read(text)
    assert "last words" in parsed.text
    assert parsed.warnings[0].endswith("read as plain text")


def test_a_file_that_pandoc_wrote(tmp_path: Path) -> None:
    if shutil.which("pandoc") is None:
        pytest.skip("pandoc is not installed")
    source = "# One\n\nWords *here*.\n\n| A | B |\n|---|---|\n| x | y |\n\n## Two\n\n- item\n"
    done = subprocess.run(
        ["pandoc", "-f", "markdown", "-t", "rst"],
        input=source,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    assert said(read(done.stdout)) == [
        ("heading", "One"),
        ("paragraph", "Words here."),
        ("table row", "A: x | B: y"),
        ("heading", "Two"),
        ("list item", "item"),
    ]
