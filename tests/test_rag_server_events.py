"""The event stream of a server: cut anywhere, malformed, too long."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.backends.server_events import (
    LONGEST_EVENT,
    Delta,
    EventParser,
    FormatError,
    ServedModel,
    count_of,
    delta_of,
    json_object,
    served_models,
    words_of,
)

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), max_size=8)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def event(text: str | None, reason: str | None = None) -> str:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": reason}
    return json.dumps({"choices": [choice]}, ensure_ascii=False)


@given(TEXTS, ENDS, st.data())
def test_events_come_whole_however_the_bytes_are_cut(
    texts: list[str], end: str, data: st.DataObject
) -> None:
    stream = f": a comment{end}".join(f"data: {event(text)}{end}{end}" for text in texts)
    rest = f"event: message{end}id: 1{end}{stream}".encode()
    parser, found = EventParser(), []
    while rest:
        size = data.draw(st.integers(1, 40))
        found += parser.feed(rest[:size])
        rest = rest[size:]
    found += parser.feed(b"\n\n")  # the last line end may have been half of one
    assert [delta_of(one) for one in found] == [Delta(text) for text in texts]


def test_several_data_lines_are_one_event() -> None:
    assert EventParser().feed(b"data: a\ndata:b\ndata\n\n\n\ndata: c\n") == ["a\nb\n"]


def test_a_space_after_the_colon_is_no_part_but_the_second_is() -> None:
    assert EventParser().feed(b"data:  a\n\n") == [" a"]


@pytest.mark.parametrize("line", ["{}", "data: {}\n"])
def test_an_event_without_end_is_refused(line: str) -> None:
    parser = EventParser()
    piece = line.format("x" * (LONGEST_EVENT // 2 - 10)).encode()
    assert parser.feed(piece) == []
    assert parser.feed(piece) == []
    with pytest.raises(FormatError, match=r"more than 1,048,576 characters"):
        parser.feed(piece)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(FormatError, match="no UTF-8"):
        EventParser().feed(b"data: \xff\xfe\n\n")


def test_pieces() -> None:
    assert delta_of(event("a")) == Delta("a")
    assert delta_of(event("z", "stop")) == Delta("z", finished=True)
    assert delta_of(event(None, "length")) == Delta("", finished=True)
    assert delta_of(" [DONE] ") == Delta("", finished=True)
    assert delta_of('{"choices": [], "usage": {"total_tokens": 3}}') == Delta("")
    assert delta_of('{"choices": [{"delta": {"role": "assistant"}}]}') == Delta("")
    assert delta_of('{"choices": [{"delta": {"reasoning_content": "hm"}}]}') == Delta("")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("", "no JSON"),
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[1]", "no object"),
        ("{}", "without choices"),
        ('{"choices": 3}', "without choices"),
        ('{"choices": [3]}', "no text"),
        ('{"choices": [{"delta": {"content": 3}}]}', "no text"),
        ('{"choices": [{"text": "old"}]}', "no text"),
        ('{"error": {"message": "out of\\nmemory"}}', "an error: out of memory"),
        ('{"error": "plain"}', "an error: plain"),
    ],
)
def test_what_is_no_piece_is_refused(data: str, sentence: str) -> None:
    with pytest.raises(FormatError, match=sentence):
        delta_of(data)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["choices", "delta", "content", "data", "id", "error"]), inner
            )
        ),
    )
)
def test_whatever_json_comes_is_understood_or_refused(value: object) -> None:
    for read in (
        lambda: delta_of(json.dumps(value)),
        lambda: served_models(json_object(json.dumps(value))),
    ):
        with suppress(FormatError):
            read()


def test_models_and_their_windows() -> None:
    vllm = {"id": "a", "max_model_len": 8192}
    llama = {"id": "b", "meta": {"n_ctx": 2048, "n_ctx_train": 131072}}
    other = {"id": "c", "meta": {"n_ctx_train": 131072}, "max_model_len": True}
    assert served_models({"object": "list", "data": [vllm, llama, other]}) == [
        ServedModel("a", 8192),
        ServedModel("b", 2048),
        ServedModel("c", None),
    ]
    assert served_models({"object": "list", "data": None}) == []


@pytest.mark.parametrize("data", [{}, {"data": 3}, {"data": [3]}, {"data": [{"id": ""}]}])
def test_what_is_no_list_of_models_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(FormatError, match="list of models"):
        served_models(data)


def test_counts_of_tokens() -> None:
    assert count_of({"count": 5, "tokens": [1]}) == 5
    assert count_of({"tokens": [1, 2, 3]}) == 3
    assert count_of({"count": True}) is None
    assert count_of({}) is None


def test_a_servers_words_are_one_short_line() -> None:
    assert words_of({"error": {"message": "a\n\x1b[31mb"}}) == "a [31mb"
    assert words_of({"detail": "why"}) == "why"
    assert len(words_of({"error": "x" * 5000})) == 160
