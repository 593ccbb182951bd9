"""Bad books, mails, records, markup and pictures, made by script.

What must become of each is told in `hostile_outcomes.csv`.
"""

from __future__ import annotations

import json
import random
import struct
import zlib
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path

from hostile_files import Make, bomb, docx_bytes, nested_zip, of_bytes, of_text
from office_files import zipped

_NOISE = random.Random(11).randbytes(20_000)

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/package.opf"/></rootfiles></container>'
)
_PACKAGE = (
    '<package xmlns="http://www.idpf.org/2007/opf"><metadata '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>A small book</dc:title>'
    "<dc:date>2020-02-03</dc:date></metadata><manifest>{items}</manifest>"
    "<spine>{refs}</spine></package>"
)


def epub_parts(
    pages: Mapping[str, str | bytes], extra: Mapping[str, str | bytes] | None = None
) -> dict[str, str | bytes]:
    """The parts of a small book: its pages in the order given, and what else there is."""
    items = "".join(
        f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(pages)
    )
    refs = "".join(f'<itemref idref="i{n}"/>' for n in range(len(pages)))
    return {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OPS/package.opf": _PACKAGE.format(items=items, refs=refs),
        **{f"OPS/{name}": page for name, page in pages.items()},
        **(extra or {}),
    }


def epub_bytes(
    pages: Mapping[str, str | bytes], extra: Mapping[str, str | bytes] | None = None
) -> bytes:
    """A small book in its container."""
    return zipped(epub_parts(pages, extra))


def page(body: str, head: str = "") -> str:
    """An XHTML page."""
    return (
        f'<html xmlns="http://www.w3.org/1999/xhtml"><head>{head}</head><body>{body}</body></html>'
    )


def png_bytes(width: int, height: int, rows: bytes = b"") -> bytes:
    """A PNG that announces a size, whatever its rows hold."""

    def chunk(name: bytes, data: bytes) -> bytes:
        checked = name + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = zlib.compress(rows, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


_LAUGHS = (
    "<!DOCTYPE html ["
    + '<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 11))
    + "]>"
)
_XXE = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def _bomb(path: Path) -> None:
    bomb(path, epub_parts({"a.xhtml": ""}), "OPS/a.xhtml", 120_000_000)


def _many_bombs(path: Path) -> None:
    body = page("<p>words</p>" + " " * 4_900_000)
    path.write_bytes(epub_bytes({f"p{n}.xhtml": body for n in range(35)}))


def _many_parts() -> bytes:
    head = "From: a@b.c\nSubject: Many parts\nContent-Type: multipart/mixed; boundary=xx\n\n"
    return (
        head + "".join(f"--xx\n\npart {n} words\n" for n in range(10_000)) + "--xx--\n"
    ).encode()


def _nested_mails(depth: int) -> bytes:
    head = "From: a@b.c\nSubject: Level {}\nContent-Type: message/rfc822\n\n"
    return (
        "".join(head.format(n) for n in range(depth)) + "Subject: last\n\nlast words\n"
    ).encode()


def _nested_multiparts(depth: int) -> bytes:
    out = ["From: a@b.c\nSubject: Nest\n"]
    out += [f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth)]
    return ("".join(out) + "\ninner words\n").encode()


def _mail_with(name: str, data: bytes) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@b.c", "With a file"
    mail.set_content("Body words.")
    mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def _records(count: int) -> str:
    return json.dumps([{"id": n, "name": f"item {n}", "price": n / 7} for n in range(count)])


_RST_FILES = (
    "Title\n=====\n\nplain words\n\n.. include:: /etc/passwd\n\n.. raw:: html\n"
    "   :file: /etc/passwd\n\n.. csv-table:: t\n   :file: /etc/passwd\n\n"
    ".. raw:: html\n   :url: http://127.0.0.1:9/x\n\n.. literalinclude:: /etc/passwd\n"
)
_RST_LAUGHS = (
    ".. |a0| replace:: ha\n"
    + "".join(f".. |a{n}| replace:: {f'|a{n - 1}| ' * 10}\n" for n in range(1, 11))
    + "\nplain words |a10|\n"
)

TEXT_MAKERS: dict[str, Make] = {
    "noise.epub": of_bytes(_NOISE),
    "word.epub": of_bytes(docx_bytes("<x/>")),
    "nested.epub": of_bytes(nested_zip()),
    "bomb.epub": _bomb,
    "bombs.epub": _many_bombs,
    "laughs.epub": of_bytes(epub_bytes({"a.xhtml": _LAUGHS + page("<p>plain words &a10;</p>")})),
    "xxe.epub": of_bytes(epub_bytes({"a.xhtml": _XXE + page("<p>plain words &x;</p>")})),
    "laughs-package.epub": of_bytes(
        epub_bytes(
            {"a.xhtml": page("<p>plain words</p>")},
            {
                "META-INF/container.xml": _LAUGHS
                + CONTAINER.replace("<rootfiles>", "&a10;<rootfiles>")
            },
        )
    ),
    "climbing.epub": of_bytes(epub_bytes({"../../../../etc/passwd": page("<p>safe words</p>")})),
    "missing.epub": of_bytes(
        epub_bytes({"a.xhtml": page("<p>first words</p>")}).replace(b"OPS/a.xhtml", b"OPS/b.xhtml")
    ),
    "deep.epub": of_bytes(
        epub_bytes({"a.xhtml": page("<div>" * 5000 + "deep words" + "</div>" * 5000)})
    ),
    "protected.epub": of_bytes(
        epub_bytes(
            {"a.xhtml": _NOISE},
            {
                "META-INF/encryption.xml": '<e xmlns:x="urn:x"><x:CipherReference '
                'URI="OPS/a.xhtml"/></e>'
            },
        )
    ),
    "truncated.epub": of_bytes(epub_bytes({"a.xhtml": page("<p>words</p>")})[:-40]),
    "empty.eml": of_bytes(b""),
    "noise.eml": of_bytes(_NOISE),
    "prose.eml": of_text("Just a letter without headers."),
    "parts.eml": of_bytes(_many_parts()),
    "mails.eml": of_bytes(_nested_mails(40)),
    "deep-mails.eml": of_bytes(_nested_mails(5_000)),
    "nest.eml": of_bytes(_nested_multiparts(60)),
    "deep-nest.eml": of_bytes(_nested_multiparts(5_000)),
    "bomb.eml": of_bytes(_mail_with("b.docx", nested_zip())),
    "bad-file.eml": of_bytes(_mail_with("b.pdf", _NOISE)),
    "name.eml": of_bytes(_mail_with("../../etc/x\u202e<img>.md", b"attached words")),
    "headers.eml": of_bytes(
        b"Subject: " + b"=?utf-8?b?" * 500 + b"\nDate: 99 Foo 10000000\nFrom: \xff\xfe<<>>\n"
        b"Content-Type: text/plain; charset=no-such\n\nbody words\n"
    ),
    "base64.eml": of_bytes(
        b"Subject: x\nContent-Transfer-Encoding: base64\n\n!!!not base64 at all!!!\n"
    ),
    "deep.json": of_text("[" * 200_000 + '"deep words"'),
    "deep-object.json": of_text('{"a":' * 900 + '"deep words"' + "}" * 900),
    "broken.json": of_text('{"name": "half words", '),
    "number.json": of_text('{"n": ' + "9" * 100_000 + "}"),
    "records.json": of_text(_records(60_000)),
    "noise.json": of_bytes(_NOISE),
    "nothing.json": of_text("[null, {}, []]"),
    "surrogate.json": of_text('{"a": "lone \\ud800 words"}'),
    "half.jsonl": of_text('{"a": 1}\n{"a": \n{"a": 3}\n'),
    "long-key.json": of_text(json.dumps({"k" * 1_000_000: "words"})),
    "files.rst": of_text(_RST_FILES),
    "laughs.rst": of_text(_RST_LAUGHS),
    "deep.rst": of_text("\n\n".join("  " * n + f"* item{n}" for n in range(400))),
    "unknown.rst": of_text(".. x::\n\n   .. y::\n\n      inner words\n"),
    "long-line.rst": of_text("word " * 200_000),
    "ticks.rst": of_text("`a *b **c |d " * 2_000 + "words"),
    "broken-table.rst": of_text("===  ===\na    b\n===  \ncell words\n"),
    "noise.rtf": of_bytes(_NOISE),
    "deep.rtf": of_text("{\\rtf1 " + "{" * 5_000 + "deep words" + "}" * 5_001),
    "open.rtf": of_text("{\\rtf1 half words"),
    "closed.rtf": of_text("{\\rtf1 some words}" + "}" * 100_000),
    "bin.rtf": of_text("{\\rtf1 some words\\bin999999999 x}"),
    "unicode.rtf": of_text("{\\rtf1 \\u55357?\\u99999999?\\u-1?\\uc999999 words}"),
    "object.rtf": of_text("{\\rtf1 plain words{\\object{\\*\\objdata " + "4d5a" * 100_000 + "}}}"),
    "minified.js": of_text("var a=1;" * 100_000),
    "brackets.py": of_text("x = " + "(" * 100_000),
    "noise.py": of_bytes(_NOISE),
    "quotes.py": of_text('"""' * 50_001 + "words"),
    "long.log": of_text("2025-01-01 00:00:00 " + "word " * 400_000),
    "traces.log": of_text("  at x.y(z)\n" * 30_000 + "last words"),
    "noise.png": of_bytes(_NOISE),
    "stub.png": of_bytes(b"\x89PNG\r\n\x1a\n" + _NOISE),
    "huge.png": of_bytes(png_bytes(60_000, 60_000)),
    "blank.png": of_bytes(png_bytes(200, 200, (b"\0" + b"\xff" * 25) * 200)),
    "cut.jpg": of_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF"),
    "text.jpg": of_text("no picture at all"),
}
