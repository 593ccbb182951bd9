"""Files whose names say little, and the smaller formats of text: each is read as what it is."""

from __future__ import annotations

import json
import random

import pytest

from index.loading.builder import Parsed
from index.loading.formats import parse_part
from index.loading.limits import Limits, RefusedError
from index.types import SkipReason


def read(data: str | bytes, name: str) -> Parsed:
    return parse_part(data.encode() if isinstance(data, str) else data, name, Limits())


def said(parsed: Parsed) -> list[str]:
    return [parsed.text[block.start : block.end] for block in parsed.blocks]


@pytest.mark.parametrize(
    ("name", "data", "loader"),
    [
        ("README", "The tax papers of 2022.", "text"),
        ("notes", "Café au lait, s'il vous plaît, à trois heures.".encode("cp1252"), "text"),
        ("wide", "\ufeffThe tax papers.".encode("utf-16-le"), "text"),
        ("syslog", "Nov 22 01:00:01 host cron: (root)\nNov 22 01:10:44 host sshd: no\n", "logs"),
        ("app.log.1", "one\n", "logs"),
        ("app.log-20240131", "one\n", "logs"),
        ("Makefile", "all:\n\techo hi\n", "code-hash"),
        ("tool", "#!/usr/bin/env python3\nx = 1\n", "code-python"),
        ("index", "<!DOCTYPE html><title>A</title><p>Words.", "html"),
        ("Inbox", "From a@b Thu Jan  1 00:00:00 2024\nSubject: One\n\nFirst mail.\n", "mbox"),
    ],
)
def test_a_name_without_suffix_is_read_by_its_first_bytes(
    name: str, data: str | bytes, loader: str
) -> None:
    assert read(data, name).loader.partition("/")[0] == loader


@pytest.mark.parametrize(
    "data",
    [
        random.Random(4).randbytes(3_000),
        random.Random(4).randbytes(40),
        b"\x7fELF" + bytes(200),
        b"PK\x03\x04 words and words",
        b"%PDF-1.4 words",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n",
        "PuTTY-User-Key-File-2: ssh-rsa\nabc\n",
    ],
)
def test_what_is_no_text_or_a_key_is_not_supported(data: str | bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        read(data, "thing")
    assert refused.value.reason is SkipReason.UNSUPPORTED


def test_a_character_over_the_edge_of_the_first_bytes_is_no_damage() -> None:
    for pad in range(4):
        assert read("x" * pad + "é日 " * 20_000, "long").loader.startswith("text/")


def test_an_old_format_is_refused_with_what_to_do() -> None:
    with pytest.raises(RefusedError) as refused:
        read("x", "letters/old.DOC")
    assert refused.value.detail == ".doc: save it as .docx"


def test_a_mailbox_is_its_mails() -> None:
    box = (
        "From a@b Thu Jan  1 00:00:00 2024\nFrom: a@b.c\nSubject: One\n\nFirst.\n\n>From here.\n\n"
        "From a@b Thu Jan  2 00:00:00 2024\nFrom: d@b.c\nSubject: Two\n\nSecond.\n"
    )
    parsed = read(box, "a.mbox")
    mails = ["One", "From: a@b.c", "First.", "From here.", "Two", "From: d@b.c", "Second."]
    assert said(parsed) == mails
    assert parsed.title is None
    with pytest.raises(RefusedError):
        read("No mail at all.", "a.mbox")


def test_a_notebook_is_its_cells() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Yield\n", "It was *83* %."]},
        {
            "cell_type": "code",
            "source": "print(x)",
            "outputs": [{"text": ["1\n"]}, {"data": {"text/plain": "2", "image/png": "AAAA"}}],
        },
    ]
    parsed = read(json.dumps({"cells": cells}), "a.ipynb")
    assert said(parsed) == ["Yield", "It was 83 %.", "print(x)", "1", "2"]
    with pytest.raises(RefusedError):
        read("[1]", "a.ipynb")


def test_an_event_is_a_row_with_folded_lines_joined() -> None:
    calendar = (
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:7\r\nDTSTART;TZID=Europe/Berlin:20240612T090000\r\n"
        "SUMMARY:Dentist\\, Mill Ro\r\n ad\r\nDESCRIPTION:Bring\\nthe card\r\n"
        'ATTENDEE;CN="Moss: Ann":mailto:a@x.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n'
    )
    assert said(read(calendar, "a.ics")) == [
        "Event: Dentist, Mill Road | Starts: 2024-06-12 09:00 (Europe/Berlin)"
        " | With: Moss: Ann (a@x.org)",
        "Dentist, Mill Road, description: Bring\nthe card",
    ]


def test_an_address_card_is_a_row() -> None:
    card = (
        "BEGIN:VCARD\nN:Kent;Moira\nFN:Moira Kent\nitem1.TEL;TYPE=cell:+44 20\n"
        "ADR:;;Mill Rd 4;York;;;\nPHOTO;ENCODING=b:AAAA\n AAAA\nEND:VCARD\n"
    )
    assert said(read(card, "a.vcf")) == [
        "Name: Moira Kent | Phone: +44 20 | Address: Mill Rd 4, York"
    ]


def test_subtitles_are_paragraphs_with_their_time() -> None:
    vtt = (
        "WEBVTT\n\n1\n00:01.000 --> 00:04.000 align:start\n<v Anna>We leave <i>at</i> dawn.\n\n"
        "00:00:04.500 --> 00:00:06.000\nIt rains.\n\n01:00:20.000 --> 01:00:26.000\nLater.\n"
    )
    assert said(read(vtt, "a.vtt")) == [
        "00:00:01\nAnna: We leave at dawn. It rains.",
        "01:00:20\nLater.",
    ]


@pytest.mark.parametrize(
    ("name", "source", "blocks"),
    [
        (
            "a.tex",
            "\\documentclass{article}\\begin{document}\n% no\n\\section{Results}\\label{r}\n"
            "It was 83\\% in \\textbf{May}.\n\\begin{itemize}\n\\item one\n\\end{itemize}\n"
            "\\end{document}",
            ["Results", "It was 83% in May.", "one"],
        ),
        (
            "a.org",
            "#+TITLE: Plan\n* TODO Call Ruth :work:\n:PROPERTIES:\n:END:\nSee [[x][her page]].",
            ["Plan", "TODO Call Ruth", "See her page."],
        ),
        (
            "a.adoc",
            "= Plan\n\n== Sec\n\n* one\n\n----\ncode\n----\n",
            ["Plan", "Sec", "one", "code"],
        ),
    ],
)
def test_light_markup_has_headings(name: str, source: str, blocks: list[str]) -> None:
    parsed = read(source, name)
    assert said(parsed) == blocks
    assert parsed.blocks[0].kind.value == "heading"


def test_xml_is_records() -> None:
    source = (
        '<?xml version="1.0"?><!DOCTYPE c [<!ENTITY e "no">]><c xmlns="urn:x"><book id="b1">'
        "<title>Tides &amp; &e;</title><price unit='EUR'>12.50</price></book>"
        "<book id='b2'><title>A <b>bold</b> one</title></book></c>"
    )
    assert said(read(source, "a.xml")) == [
        "book",
        "id: b1 | title: Tides & &e; | price.unit: EUR | price.value: 12.50",
        "id: b2 | title: A bold one",
    ]
    broken = read("<a><b>Words here</a>", "a.xml")
    assert broken.text == "Words here"
    assert "line 1" in broken.warnings[0]
