"""JSON, JSON Lines and logs: rows with their names, values as written, nothing said twice."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.loading import json_records, logs
from index.loading.builder import Parsed
from index.loading.limits import Limits, RefusedError
from index.types import SkipReason

SHOP = """{"name": "Shop", "address": {"city": "Berlin", "geo": {"lat": 52.50}}, "open": true,
"closed": null, "tags": ["a", "b"], "since": 1987,
"items": [{"id": 1, "title": "X100", "price": 20.10, "size": {"w": 3, "h": [1, 2]}},
          {"id": 2, "title": "X200", "text": "First paragraph.\\n\\nSecond one.",
           "reviews": [{"who": "Ann", "stars": 5}, {"who": "Bob", "stars": 1}]}]}"""


def read(text: str) -> Parsed:
    return json_records.parse(text.encode(), Limits())


def said(parsed: Parsed) -> list[tuple[str, str]]:
    return [(b.kind.value, parsed.text[b.start : b.end]) for b in parsed.blocks]


def test_records_are_rows_with_spelled_out_paths() -> None:
    parsed = read(SHOP)
    assert parsed.title == "Shop"
    assert said(parsed) == [
        (
            "table row",
            "name: Shop | address.city: Berlin | address.geo.lat: 52.50 | open: true | tags: a, b"
            " | since: 1987",
        ),
        ("heading", "items"),
        ("table row", "id: 1 | title: X100 | price: 20.10 | size.w: 3 | size.h: 1, 2"),
        ("heading", "X200"),
        ("table row", "id: 2 | title: X200"),
        ("paragraph", "text: First paragraph."),
        ("paragraph", "Second one."),
        ("heading", "reviews"),
        ("table row", "who: Ann | stars: 5"),
        ("table row", "who: Bob | stars: 1"),
    ]


def test_a_record_too_long_for_a_passage_says_what_it_is_in_every_row() -> None:
    record = {"id": "K-7", **{f"field{n}": f"value {n} " + "x" * 60 for n in range(40)}}
    rows = [text for kind, text in said(read(json.dumps([record, {"id": "K-8"}])))]
    assert len(rows) > 4
    assert all(row.startswith("id: K-7") for row in rows[:-1] if "field" in row)
    assert rows[-1] == "id: K-8"


def test_lines_are_records_and_broken_ones_are_told() -> None:
    parsed = read('{"a": 1, "b": "x"}\n\n{"a": 2}\nbroken {\n')
    assert [text for _, text in said(parsed)] == ["a: 1 | b: x", "a: 2", "broken {"]
    assert parsed.warnings == ("1 line was not valid JSON and read as plain text",)


def test_lists_of_hundreds_of_numbers_are_left_out_and_told() -> None:
    parsed = read(json.dumps({"name": "n", "vector": [0.5] * 500, "few": [1, 2]}))
    assert parsed.text == "name: n | few: 1, 2"
    assert parsed.warnings == ("1 long list of numbers was left out",)


def test_no_json_is_read_as_text() -> None:
    parsed = read("// a comment\n{'name': 'half'}")
    assert "half" in parsed.text
    assert "not valid JSON" in parsed.warnings[0]


def test_a_scalar_and_an_empty_value() -> None:
    assert read('"only words"').text == "only words"
    with pytest.raises(RefusedError) as refused:
        read('[null, {}, [], ""]')
    assert refused.value.reason is SkipReason.EMPTY


_NAMES = st.text("abcdefgh", min_size=1, max_size=6)
_WORDS = st.text("klmnopqrst", min_size=1, max_size=400)
_VALUES = st.recursive(
    _WORDS | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=20,
)


@given(_VALUES)
@example([[[]]])
@example({"a": [[], [[]]]})
def test_every_value_of_any_json_is_in_the_text(value: object) -> None:
    leaves: list[str] = []
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
        else:
            leaves.append(str(item))
    if not leaves:
        with suppress(RefusedError):  # or there is nothing but names of empty parts
            assert set(read(json.dumps(value)).text) <= set("abcdefgh\n")
        return
    text = read(json.dumps(value)).text
    assert all(leaf in text for leaf in leaves)


# ---- logs --------------------------------------------------------------------------------

LOG = """2025-03-01 12:00:01 ERROR disk full on /dev/sda
Traceback (most recent call last):
  File "x.py", line 3

2025-03-01 12:00:02 INFO service up
2025-03-01 12:00:03 INFO service down
"""


def test_an_entry_is_a_row_and_keeps_the_lines_below_it() -> None:
    parsed = logs.parse(LOG.encode(), Limits())
    assert said(parsed) == [
        ("code", "\n".join(LOG.split("\n")[:3])),
        ("table row", "2025-03-01 12:00:02 INFO service up"),
        ("table row", "2025-03-01 12:00:03 INFO service down"),
    ]


@pytest.mark.parametrize(
    "stamp",
    [
        "Mar  1 12:00:01 host cron[3]:",
        "[2025-03-01T12:00:01Z]",
        "127.0.0.1 - - [01/Mar/2025:12:00:01 +0000]",
        "1740830401.123",
        "WARNING:root:",
        "01.03.2025 12:00:01",
        "12:00:01,123",
        "Sat Mar 01 12:00:01 2025",
        "<34>Oct 11 22:14:15 host su:",
    ],
)
def test_usual_time_stamps_begin_entries(stamp: str) -> None:
    text = f"{stamp} first thing\n  more of it\n{stamp} second thing\n"
    found = [text for _, text in said(logs.parse(text.encode(), Limits()))]
    assert found == [f"{stamp} first thing\n  more of it", f"{stamp} second thing"]


def test_a_log_without_stamps_is_read_line_by_line() -> None:
    assert [t for _, t in said(logs.parse(b"one thing\n\nother thing\n", Limits()))] == [
        "one thing",
        "other thing",
    ]


@given(st.lists(st.text("ab 1:-", min_size=1, max_size=3_000), min_size=1, max_size=6))
def test_no_word_of_a_log_is_lost_and_no_block_is_large(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        parsed = logs.parse(text.encode(), Limits())
    except RefusedError:
        assert not any(char.isalnum() or char in ":-" for char in text)
        return
    assert all(block.end - block.start <= 6_000 for block in parsed.blocks)
    for char in "ab1":
        assert parsed.text.count(char) == text.count(char)


def test_a_key_that_stands_twice_keeps_both_values() -> None:
    assert json_records.parse(b'{"limit": 1, "limit": 2}', Limits()).text == "limit: 1, 2"


def test_comments_are_passed_over_but_not_in_strings() -> None:
    source = (
        b'// head\n{\n  "a": 1, /* one */\n  # two\n  "url": "http://x // y", "b": [1, 2,],\n}\n'
    )
    parsed = json_records.parse(source, Limits())
    assert parsed.text == "a: 1 | url: http://x // y | b: 1, 2"
    assert parsed.warnings == ("the comments in it were passed over",)


def test_what_is_no_json_is_told_with_its_place() -> None:
    warnings = json_records.parse(b'{"a": 1,\n "b" 2}', Limits()).warnings
    assert warnings == (
        "not valid JSON: it goes wrong in line 2, at character 6 of it; read as plain text",
    )
