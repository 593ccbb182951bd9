"""Settings files: every row says whose setting it is, and no value or comment is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.loading.formats import parse_part
from index.loading.limits import Limits, RefusedError


def lines(source: str, name: str) -> list[str]:
    return parse_part(source.encode(), name, Limits()).text.replace("\n\n", "\n").split("\n")


def test_a_yaml_row_begins_with_where_it_stands() -> None:
    source = (
        "name: ci\nservice77:\n  port: 8077  # inside\n  owner: 'Ann'\nservice78:\n  port: 8078\n"
        "jobs:\n  test:\n    limits: {cpu: 2}\n"
    )
    assert lines(source, "a.yaml") == [
        "name: ci",
        "service77 | port: 8077 # inside | owner: Ann",
        "service78 | port: 8078",
        "jobs > test | limits: {cpu: 2}",
    ]


def test_items_of_a_list_are_rows_and_what_is_in_them_says_of_which() -> None:
    source = (
        "users:\n  - name: Ines\n    role: admin\n    mails:\n      - a@x.org\n      - b@x.org\n"
        "  - name: Tom\n    run: |\n      make all\n\n      make test\n"
        "shopping:\n- nuts\n- flour\n"
    )
    assert lines(source, "a.yml") == [
        "users | name: Ines | role: admin",
        "users > Ines | mails: a@x.org, b@x.org",
        "users | name: Tom",
        "users > Tom > run:",
        "make all",
        "make test",
        "shopping: nuts, flour",
    ]


@pytest.mark.parametrize("name", ["a.ini", "a.cfg", "a.conf", "a.toml"])
def test_rows_below_a_section_name_it(name: str) -> None:
    source = (
        "# Where the data are kept these days.\n[db]\nhost=db-7\nport = 5433\n\n[cache]\nport=1\n"
    )
    assert lines(source, name) == [
        "Where the data are kept these days.",
        "db | host: db-7 | port: 5433",
        "cache | port: 1",
    ]


def test_values_over_several_lines_are_one() -> None:
    toml = 'tags = [\n  "a",\n  "b",\n]\nsaid = """\none\ntwo"""\n[x]\nlast = 1\n'
    assert lines(toml, "a.toml") == ["tags: a, b", "said: one two", "x | last: 1"]
    ini = "[options]\nrequires =\n    numpy>=1\n    scipy\nname = it\n"
    assert lines(ini, "a.cfg") == ["options | requires: numpy>=1, scipy", "options | name: it"]
    yaml = "said: this goes\n  on here\nitems: [1,\n  2]\n"
    assert lines(yaml, "a.yaml") == ["said: this goes on here", "items: 1, 2"]


def test_a_setting_that_is_switched_off_stays_as_it_is() -> None:
    assert lines("a: 1\n# b: 2\nc: 3\n", "a.yaml") == ["a: 1", "# b: 2", "c: 3"]


def test_a_file_that_is_not_laid_out_like_settings_is_code() -> None:
    parsed = parse_part(b"server {\n  listen 80;\n}\n", "nginx.conf", Limits())
    assert parsed.loader.startswith("code-hash/")
    assert parsed.text == "server {\n  listen 80;\n}"


def test_a_long_section_is_cut_and_every_row_names_it() -> None:
    source = "[big]\n" + "".join(f"key{n} = {'v' * 40}\n" for n in range(40))
    rows = lines(source, "a.ini")
    assert len(rows) > 5
    assert all(row.startswith("big | ") and len(row) < 400 for row in rows)


def test_deep_nesting_costs_no_more_than_its_lines() -> None:
    source = "".join(f"{' ' * n}k{n}:\n{' ' * (n + 1)}v: {n}\n" for n in range(2_000))
    assert len(parse_part(source.encode(), "a.yaml", Limits()).text) < 20 * len(source)


@pytest.mark.parametrize(
    ("name", "source", "rows"),
    [
        ("a.toml", "port = # not set yet\nhost = 'a'", "port: # not set yet\nhost: a"),
        ("a.yaml", "ports: # of the pump\n  in: 3", "ports: # of the pump\nports | in: 3"),
    ],
)
def test_a_remark_in_place_of_a_value_is_kept(name: str, source: str, rows: str) -> None:
    assert "\n".join(parse_part(source.encode(), name, Limits()).text.split("\n\n")) == rows


@given(
    st.lists(
        st.text("ab :-#[]{}'\"=|>\t", max_size=12).map(lambda words: f"{words}w"), max_size=20
    ),
    st.sampled_from(["a.yaml", "a.toml", "a.ini"]),
)
@example([":=w", ":=#w"], "a.toml")
@example(["a: #w"], "a.yaml")
def test_no_word_is_lost(parts: list[str], name: str) -> None:
    source = "\n".join(f"{part}{n}" for n, part in enumerate(parts))
    try:
        text = parse_part(source.encode(), name, Limits()).text
    except RefusedError:
        assert not parts
        return
    assert set(re.findall(r"\w+", source)) <= set(re.findall(r"\w+", text))
