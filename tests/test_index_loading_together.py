"""All text-like formats in one folder, through a real index: each found, no bad one in the way."""

from __future__ import annotations

import json
import random
from email.message import EmailMessage
from pathlib import Path

import pytest
from conftest import CountingEmbedder, all_sources, lexical_sources
from hostile_table import HOSTILE
from hostile_text_files import TEXT_MAKERS, epub_bytes, page

from index.index import Index
from index.loading.formats import FORMATS, parse_part
from index.loading.limits import Limits, RefusedError
from index.types import SkipReason


def _mail() -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "ann@x.example", "The cobbler"
    mail.set_content(
        "The cobbler charges 14 pounds for soles.\n\nOn Monday Bob wrote:\n> How much?\n"
    )
    mail.add_attachment("The tinker charges 9 pounds.", filename="tinker.txt")
    return mail.as_bytes()


GOOD: dict[str, bytes] = {
    "book.epub": epub_bytes(
        {"a.xhtml": page("<h1>Bees</h1><p>The beekeeper sells honey for 7 pounds.</p>")}
    ),
    "guide.rst": b"Guide\n=====\n\nThe gardener prunes in **March**.\n",
    "shop.json": json.dumps([{"who": "baker", "opens": "6:00"}, {"who": "smith"}]).encode(),
    "lines.jsonl": b'{"who": "miller", "opens": "5:30"}\n{"who": "weaver"}\n',
    "letter.eml": _mail(),
    "note.rtf": rb"{\rtf1\ansi The ferryman rows at 8:00.\par}",
    "tool.py": b'"""Counts the sheep of the shepherd."""\n\ndef count() -> int:\n    return 12\n',
    "host.log": b"2025-03-01 12:00:01 ERROR the lamplighter is late\n2025-03-01 12:00:02 INFO ok\n",
}
WORDS = {
    "book.epub": "beekeeper honey",
    "guide.rst": "gardener prunes",
    "shop.json": "baker opens",
    "lines.jsonl": "miller opens",
    "letter.eml": "tinker charges",
    "note.rtf": "ferryman rows",
    "tool.py": "sheep shepherd",
    "host.log": "lamplighter late",
}
#: Of the bad files, those that cost the sandbox little time.
BAD = [
    row
    for row in HOSTILE
    if row.name in TEXT_MAKERS and row.name.partition(".")[0] in ("noise", "empty", "truncated")
]


def test_every_format_is_found_and_every_bad_file_named(
    tmp_path: Path, embedder: CountingEmbedder
) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    for name, data in GOOD.items():
        (folder / name).write_bytes(data)
    for row in BAD:
        row.make(folder / row.name)
    with Index.open(tmp_path / "index", embedder) as index:
        report = index.sync([folder])
        with index.snapshot() as snapshot:
            assert all_sources(snapshot) == set(GOOD)
            found = {name: lexical_sources(snapshot, words) for name, words in WORDS.items()}
    assert {name: name in sources for name, sources in found.items()} == dict.fromkeys(GOOD, True)
    skipped = {Path(file.source).name: file.reason.name for file in report.skipped}
    assert skipped == {row.name: row.outcomes[0] for row in BAD}


def test_a_format_without_loader_is_refused_by_its_suffix() -> None:
    with pytest.raises(RefusedError) as refused:
        parse_part(b"MZ", "run.exe", Limits())
    assert (refused.value.reason, refused.value.detail) == (SkipReason.UNSUPPORTED, ".exe")


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_every_registered_suffix_has_a_loader_that_refuses_noise(suffix: str) -> None:
    noise = random.Random(5).randbytes(3_000)
    with pytest.raises(RefusedError):
        parse_part(noise, f"a{suffix}", Limits())


@pytest.mark.parametrize("name", GOOD)
def test_damaged_copies_are_read_or_refused_and_nothing_else(name: str) -> None:
    chance = random.Random(name)
    for _ in range(60):
        data = bytearray(GOOD[name])
        for _ in range(chance.choice((1, 3, 12))):
            start = chance.randrange(len(data))
            end = min(len(data), start + chance.randrange(1, 30))
            match chance.randrange(4):
                case 0:
                    data[start] = chance.randrange(256)
                case 1 if end - start < len(data):
                    del data[start:end]
                case 2:
                    data[start:start] = data[start:end] * chance.choice((1, 9))
                case _:
                    data[start:start] = bytes(chance.choices(b"{}[]<>&;:\\|`*_\"'=\n\t .0", k=5))
        try:
            parsed = parse_part(bytes(data), name, Limits())
        except RefusedError:
            continue
        assert parsed.text
