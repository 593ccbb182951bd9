"""Bad books, mails, records, markup and pictures, made by script, and what must become of each.

Rows like those of `hostile_files`, for the formats that came later.
"""

from __future__ import annotations

import io
import json
import random
import struct
import zipfile
import zlib
from email.message import EmailMessage
from pathlib import Path

from hostile_files import IN_PART, READ, HostileFile, _bytes, _nested_zip, _text, docx_bytes

from index.types import SkipReason

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


def epub_bytes(pages: dict[str, str | bytes], extra: dict[str, str | bytes] | None = None) -> bytes:
    """A small book: its pages in the order given, and what else its container holds."""
    items = "".join(
        f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(pages)
    )
    refs = "".join(f'<itemref idref="i{n}"/>' for n in range(len(pages)))
    parts: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OPS/package.opf": _PACKAGE.format(items=items, refs=refs),
        **{f"OPS/{name}": page for name, page in pages.items()},
        **(extra or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, data in parts.items():
            container.writestr(name, data)
    return out.getvalue()


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
    path.write_bytes(epub_bytes({"a.xhtml": page("<p>words</p>" + " " * 120_000_000)}))


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

HOSTILE_TEXT: tuple[HostileFile, ...] = (
    # books
    HostileFile("noise.epub", _bytes(_NOISE), (SkipReason.NOT_AS_NAMED,)),
    HostileFile("word.epub", _bytes(docx_bytes("<x/>")), (SkipReason.NOT_AS_NAMED,)),
    HostileFile("nested.epub", _bytes(_nested_zip()), (SkipReason.NOT_AS_NAMED,)),
    HostileFile("bomb.epub", _bomb, (SkipReason.TOO_LARGE,)),
    HostileFile("bombs.epub", _many_bombs, (SkipReason.TOO_LARGE,)),
    HostileFile(
        "laughs.epub",
        _bytes(epub_bytes({"a.xhtml": _LAUGHS + page("<p>plain words &a10;</p>")})),
        (READ,),
        keeps="plain words",
    ),
    HostileFile(
        "xxe.epub",
        _bytes(epub_bytes({"a.xhtml": _XXE + page("<p>plain words &x;</p>")})),
        (READ,),
        keeps="plain words",
    ),
    HostileFile(
        "laughs-package.epub",
        _bytes(
            epub_bytes(
                {"a.xhtml": page("<p>plain words</p>")},
                {
                    "META-INF/container.xml": _LAUGHS
                    + CONTAINER.replace("<rootfiles>", "&a10;<rootfiles>")
                },
            )
        ),
        (READ, SkipReason.DAMAGED),
    ),
    HostileFile(
        "climbing.epub",
        _bytes(epub_bytes({"../../../../etc/passwd": page("<p>safe words</p>")})),
        (SkipReason.EMPTY, SkipReason.DAMAGED),
    ),
    HostileFile(
        "missing.epub",
        _bytes(
            epub_bytes({"a.xhtml": page("<p>first words</p>")}).replace(
                b"OPS/a.xhtml", b"OPS/b.xhtml"
            )
        ),
        (SkipReason.EMPTY,),
    ),
    HostileFile(
        "deep.epub",
        _bytes(epub_bytes({"a.xhtml": page("<div>" * 5000 + "deep words" + "</div>" * 5000)})),
        (READ, IN_PART),
        keeps="deep words",
    ),
    HostileFile(
        "protected.epub",
        _bytes(
            epub_bytes(
                {"a.xhtml": _NOISE},
                {
                    "META-INF/encryption.xml": '<e xmlns:x="urn:x"><x:CipherReference '
                    'URI="OPS/a.xhtml"/></e>'
                },
            )
        ),
        (SkipReason.ENCRYPTED,),
    ),
    HostileFile(
        "truncated.epub",
        _bytes(epub_bytes({"a.xhtml": page("<p>words</p>")})[:-40]),
        (SkipReason.DAMAGED,),
    ),
    # mail
    HostileFile("empty.eml", _bytes(b""), (SkipReason.EMPTY,)),
    HostileFile("noise.eml", _bytes(_NOISE), (SkipReason.NOT_AS_NAMED,)),
    HostileFile("prose.eml", _text("Just a letter without headers."), (SkipReason.NOT_AS_NAMED,)),
    HostileFile("parts.eml", _bytes(_many_parts()), (IN_PART,), keeps="part 400 words"),
    HostileFile("mails.eml", _bytes(_nested_mails(40)), (IN_PART,), keeps="Level 3"),
    HostileFile("deep-mails.eml", _bytes(_nested_mails(5_000)), (IN_PART, SkipReason.DAMAGED)),
    HostileFile("nest.eml", _bytes(_nested_multiparts(60)), (READ, IN_PART), keeps="inner words"),
    HostileFile(
        "deep-nest.eml", _bytes(_nested_multiparts(5_000)), (READ, IN_PART, SkipReason.DAMAGED)
    ),
    HostileFile(
        "bomb.eml", _bytes(_mail_with("b.docx", _nested_zip())), (READ, IN_PART), keeps="Body words"
    ),
    HostileFile(
        "bad-file.eml", _bytes(_mail_with("b.pdf", _NOISE)), (IN_PART,), keeps="Body words"
    ),
    HostileFile(
        "name.eml",
        _bytes(_mail_with("../../etc/x\u202e<img>.md", b"attached words")),
        (READ,),
        keeps="attached words",
    ),
    HostileFile(
        "headers.eml",
        _bytes(
            b"Subject: " + b"=?utf-8?b?" * 500 + b"\nDate: 99 Foo 10000000\nFrom: \xff\xfe<<>>\n"
            b"Content-Type: text/plain; charset=no-such\n\nbody words\n"
        ),
        (READ, IN_PART),
        keeps="body words",
    ),
    HostileFile(
        "base64.eml",
        _bytes(b"Subject: x\nContent-Transfer-Encoding: base64\n\n!!!not base64 at all!!!\n"),
        (READ, IN_PART, SkipReason.NOT_AS_NAMED),
    ),
    # records
    HostileFile("deep.json", _text("[" * 200_000 + '"deep words"'), (IN_PART,), keeps="deep words"),
    HostileFile(
        "deep-object.json",
        _text('{"a":' * 900 + '"deep words"' + "}" * 900),
        (READ, IN_PART),
        keeps="deep words",
    ),
    HostileFile("broken.json", _text('{"name": "half words", '), (IN_PART,), keeps="half words"),
    HostileFile("number.json", _text('{"n": ' + "9" * 100_000 + "}"), (READ,), keeps="9999"),
    HostileFile("records.json", _text(_records(60_000)), (READ,), keeps="id: 59999"),
    HostileFile("noise.json", _bytes(_NOISE), (SkipReason.NOT_AS_NAMED,)),
    HostileFile("nothing.json", _text("[null, {}, []]"), (SkipReason.EMPTY,)),
    HostileFile("surrogate.json", _text('{"a": "lone \\ud800 words"}'), (READ,), keeps="words"),
    HostileFile("half.jsonl", _text('{"a": 1}\n{"a": \n{"a": 3}\n'), (IN_PART,), keeps="a: 3"),
    HostileFile(
        "long-key.json", _text(json.dumps({"k" * 1_000_000: "words"})), (READ,), keeps="words"
    ),
    # markup
    HostileFile("files.rst", _text(_RST_FILES), (IN_PART,), keeps="plain words"),
    HostileFile("laughs.rst", _text(_RST_LAUGHS), (READ, IN_PART), keeps="plain words"),
    HostileFile(
        "deep.rst",
        _text("\n\n".join("  " * n + f"* item{n}" for n in range(400))),
        (READ, IN_PART),
        keeps="item399",
    ),
    HostileFile(
        "unknown.rst",
        _text(".. x::\n\n   .. y::\n\n      inner words\n"),
        (READ,),
        keeps="inner words",
    ),
    HostileFile("long-line.rst", _text("word " * 200_000), (IN_PART,), keeps="word word"),
    HostileFile(
        "ticks.rst", _text("`a *b **c |d " * 2_000 + "words"), (READ, IN_PART), keeps="words"
    ),
    HostileFile(
        "broken-table.rst",
        _text("===  ===\na    b\n===  \ncell words\n"),
        (READ, IN_PART),
        keeps="cell words",
    ),
    # RTF
    HostileFile("noise.rtf", _bytes(_NOISE), (SkipReason.NOT_AS_NAMED,)),
    HostileFile(
        "deep.rtf",
        _text("{\\rtf1 " + "{" * 5_000 + "deep words" + "}" * 5_001),
        (READ,),
        keeps="deep words",
    ),
    HostileFile("open.rtf", _text("{\\rtf1 half words"), (IN_PART,), keeps="half words"),
    HostileFile(
        "closed.rtf", _text("{\\rtf1 some words}" + "}" * 100_000), (READ,), keeps="some words"
    ),
    HostileFile(
        "bin.rtf", _text("{\\rtf1 some words\\bin999999999 x}"), (IN_PART,), keeps="some words"
    ),
    HostileFile(
        "unicode.rtf",
        _text("{\\rtf1 \\u55357?\\u99999999?\\u-1?\\uc999999 words}"),
        (READ,),
        keeps="words",
    ),
    HostileFile(
        "object.rtf",
        _text("{\\rtf1 plain words{\\object{\\*\\objdata " + "4d5a" * 100_000 + "}}}"),
        (READ,),
        keeps="plain words",
    ),
    # code and logs
    HostileFile("minified.js", _text("var a=1;" * 100_000), (READ,), keeps="var a=1"),
    HostileFile("brackets.py", _text("x = " + "(" * 100_000), (READ,), keeps="x = "),
    HostileFile("noise.py", _bytes(_NOISE), (SkipReason.NOT_AS_NAMED,)),
    HostileFile("quotes.py", _text('"""' * 50_001 + "words"), (READ,)),
    HostileFile(
        "long.log", _text("2025-01-01 00:00:00 " + "word " * 400_000), (READ,), keeps="word"
    ),
    HostileFile(
        "traces.log", _text("  at x.y(z)\n" * 30_000 + "last words"), (READ,), keeps="last words"
    ),
    # pictures: without Tesseract they are refused as images
    HostileFile("noise.png", _bytes(_NOISE), (SkipReason.NOT_AS_NAMED,)),
    HostileFile(
        "stub.png",
        _bytes(b"\x89PNG\r\n\x1a\n" + _NOISE),
        (SkipReason.DAMAGED, SkipReason.IMAGE_ONLY, SkipReason.TOO_LARGE),
    ),
    HostileFile(
        "huge.png",
        _bytes(png_bytes(60_000, 60_000)),
        (SkipReason.TOO_LARGE, SkipReason.IMAGE_ONLY),
    ),
    HostileFile(
        "blank.png",
        _bytes(png_bytes(200, 200, (b"\0" + b"\xff" * 25) * 200)),
        (SkipReason.EMPTY, SkipReason.IMAGE_ONLY),
    ),
    HostileFile(
        "cut.jpg",
        _bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF"),
        (SkipReason.DAMAGED, SkipReason.IMAGE_ONLY, SkipReason.EMPTY),
    ),
    HostileFile("text.jpg", _text("no picture at all"), (SkipReason.NOT_AS_NAMED,)),
)
