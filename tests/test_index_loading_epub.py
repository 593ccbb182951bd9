"""Books: reading order, chapters, titles and dates; also as another program writes them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hostile_text_files import epub_bytes, page

from index.loading.builder import Parsed
from index.loading.epub import parse
from index.loading.limits import Limits, RefusedError
from index.types import SkipReason

BOOK = """---
title: The Lighthouse
date: 2021-05-06
---

# The first night

It was dark & stormy. The lamp burned 12 hours.

## The lamp

* oil
* wick

# The second night

| Item | Price |
|------|-------|
| Oil  | 20 €  |

```
light()
```
"""


def said(parsed: Parsed) -> list[tuple[str, int, str]]:
    return [(b.kind.value, b.level, parsed.text[b.start : b.end]) for b in parsed.blocks]


def test_pages_come_in_the_order_of_the_spine_each_once() -> None:
    data = epub_bytes({"z.xhtml": page("<h1>One</h1><p>a</p>"), "a.xhtml": page("<p>b</p>")})
    twice = data  # the order of names in the container is another
    parsed = parse(twice, Limits())
    assert said(parsed) == [("heading", 1, "One"), ("paragraph", 0, "a"), ("paragraph", 0, "b")]
    assert (parsed.title, parsed.modified, parsed.loader) == (
        "A small book",
        "2020-02-03",
        parsed.loader,
    )
    assert parsed.loader.startswith("epub/")


@pytest.mark.parametrize("kind", ["nav", "ncx"])
def test_a_chapter_without_heading_takes_its_name_from_the_contents(kind: str) -> None:
    if kind == "nav":
        item = '<item id="n" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
        name = "OPS/nav.xhtml"
        contents = page(
            '<nav xmlns:epub="http://www.idpf.org/2007/ops" epub:type="toc"><ol>'
            '<li><a href="a.xhtml#x">Chapter the first</a></li></ol></nav>'
        )
    else:
        item = '<item id="n" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
        name = "OPS/toc.ncx"
        contents = (
            '<!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "http://127.0.0.1:9/x.dtd">'
            '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint><navLabel><text>'
            "Chapter the first</text></navLabel>"
            '<content src="a.xhtml"/></navPoint></navMap></ncx>'
        )
    pages: dict[str, str | bytes] = {
        "a.xhtml": page("<p>Chapter  the first</p><p>Words.</p>"),
        "b.xhtml": page("<h2>Own</h2><p>More.</p>"),
    }
    package = epub_bytes(pages)
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(package)) as container:
        opf = container.read("OPS/package.opf").decode()
    opf = opf.replace("</manifest>", item + "</manifest>").replace(
        "<spine>", '<spine><itemref idref="n"/>'
    )
    parsed = parse(epub_bytes(pages, {"OPS/package.opf": opf, name: contents}), Limits())
    assert said(parsed) == [
        ("heading", 1, "Chapter the first"),
        ("paragraph", 0, "Words."),
        ("heading", 2, "Own"),
        ("paragraph", 0, "More."),
    ]


def test_self_closing_elements_swallow_nothing() -> None:
    parsed = parse(
        epub_bytes(
            {"a.xhtml": page('<p><a id="x"/>Words <i/>here</p><p>More</p>', '<script src="x"/>')}
        ),
        Limits(),
    )
    assert parsed.text == "Words here\n\nMore"


def test_a_missing_page_is_told_and_the_others_are_read() -> None:
    data = epub_bytes({"a.xhtml": page("<p>one</p>"), "b.xhtml": page("<p>two</p>")})
    parsed = parse(data.replace(b"OPS/b.xhtml", b"OPS/c.xhtml"), Limits())
    assert parsed.text == "one"
    assert parsed.warnings == ("1 of 2 pages were missing or damaged",)


def test_scrambled_fonts_do_not_make_a_book_protected() -> None:
    parts: dict[str, str | bytes] = {
        "META-INF/encryption.xml": '<e><CipherReference URI="OPS/font.otf"/></e>'
    }
    assert parse(epub_bytes({"a.xhtml": page("<p>one</p>")}, parts), Limits()).text == "one"
    parts["META-INF/encryption.xml"] = '<e><CipherReference URI="OPS/a.xhtml"/></e>'
    with pytest.raises(RefusedError) as refused:
        parse(epub_bytes({"a.xhtml": page("<p>one</p>")}, parts), Limits())
    assert refused.value.reason is SkipReason.ENCRYPTED


@pytest.mark.parametrize("version", ["epub2", "epub3"])
def test_a_book_that_pandoc_wrote(tmp_path: Path, version: str) -> None:
    if shutil.which("pandoc") is None:
        pytest.skip("pandoc is not installed")
    (tmp_path / "book.md").write_text(BOOK)
    subprocess.run(
        ["pandoc", "-s", "book.md", "-t", version, "-o", "book.epub"], cwd=tmp_path, check=True
    )
    parsed = parse((tmp_path / "book.epub").read_bytes(), Limits())
    assert parsed.title == "The Lighthouse"
    assert parsed.modified is not None
    found = said(parsed)
    assert [row for row in found if row[0] == "heading"][-3:] == [
        ("heading", 1, "The first night"),
        ("heading", 2, "The lamp"),
        ("heading", 1, "The second night"),
    ]
    assert ("paragraph", 0, "It was dark & stormy. The lamp burned 12 hours.") in found
    assert ("list item", 1, "wick") in found
    assert ("table row", 0, "Item: Oil | Price: 20 €") in found
    assert ("code", 0, "light()") in found
