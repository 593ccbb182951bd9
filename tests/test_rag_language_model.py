"""Replies stay bounded: time, length, repetition, thoughts, control characters, template marks."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.backends.chat_marks import break_marks, looks_like_mark
from rag.language_model import (
    BoundedReply,
    Ending,
    LanguageModel,
    Message,
    Role,
    ScriptedModel,
    StopFlag,
    clean_piece,
    repeats_itself,
    without_thoughts,
)

ASKED = [Message(Role.USER, "When is the deposit due?")]


class Babbler:
    """Says what it is given, for ever, and keeps to no number of tokens."""

    name = "babbler"
    context_tokens = 4096
    leaves_machine = False

    def __init__(self, *pieces: str, pause: float = 0.0) -> None:
        self.pieces = pieces
        self.pause = pause
        self.closed = False

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def generate(
        self, messages: Sequence[Message], *, max_tokens: int, stop: StopFlag
    ) -> Iterator[str]:
        number = 0
        try:
            while not stop.is_set():
                yield self.pieces[number % len(self.pieces)].replace("N", str(number))
                number += 1
                time.sleep(self.pause)
        finally:
            self.closed = True


def reply(model: LanguageModel, *, max_tokens: int = 400, seconds: float = 20.0) -> BoundedReply:
    bounded = BoundedReply(
        model, ASKED, stop=threading.Event(), max_tokens=max_tokens, seconds=seconds
    )
    assert "".join(bounded) == bounded.text
    return bounded


def test_a_reply_that_ends_is_finished() -> None:
    model = ScriptedModel(["It is due ", "on 1 March [1]."])
    bounded = reply(model)
    assert bounded.text == "It is due on 1 March [1]."
    assert bounded.ending is Ending.FINISHED
    assert model.calls == [tuple(ASKED)]


def test_a_scripted_model_plays_its_scripts_in_turn() -> None:
    model = ScriptedModel(["one"], ["two"])
    assert [reply(model).text for _ in range(3)] == ["one", "two", "two"]
    assert reply(ScriptedModel()).text == ""


def test_a_scripted_model_keeps_to_its_tokens() -> None:
    bounded = reply(ScriptedModel(["word "] * 50), max_tokens=10)
    assert bounded.text.split() == ["word"] * 10
    assert bounded.ending is Ending.TOO_LONG


def test_more_than_the_tokens_asked_for_is_cut() -> None:
    model = Babbler("the N th of many pieces ")
    bounded = reply(model, max_tokens=20)
    assert len(bounded.text) < 20 * 16 + 40
    assert bounded.ending is Ending.TOO_LONG


def test_the_time_is_limited() -> None:
    started = time.monotonic()
    bounded = reply(Babbler("piece N ", pause=0.05), seconds=0.3)
    assert time.monotonic() - started < 1.3
    assert bounded.ending is Ending.TOO_SLOW
    assert bounded.text.startswith("piece 0 piece 1")


def test_a_loop_is_cut() -> None:
    bounded = reply(Babbler("The deposit is due. "))
    assert bounded.ending is Ending.REPEATING
    assert len(bounded.text) < 200


@pytest.mark.parametrize("piece", ["\n", "<think>hm, "])
def test_a_loop_that_nobody_would_see_is_cut_too(piece: str) -> None:
    bounded = reply(Babbler(piece))
    assert (bounded.ending, bounded.text) == (Ending.REPEATING, "")


def test_stop_keeps_what_was_said() -> None:
    stop = threading.Event()
    bounded = BoundedReply(Babbler("piece N ", pause=0.02), ASKED, stop=stop)
    threading.Timer(0.3, stop.set).start()
    started = time.monotonic()
    pieces = list(bounded)
    assert time.monotonic() - started < 1.3
    assert bounded.ending is Ending.STOPPED
    assert pieces[0] == "piece 0 "
    assert bounded.text == "".join(pieces)


@pytest.mark.parametrize(
    "text",
    [
        "ha" * 60,
        "\n" * 100,
        "See above. " * 9,
        "A sentence that is rather long and that is said again [1]. " * 4,
        "x The bridge opened in 1932 [1]. Later it shut. The bridge opened in 1932 [2]. "
        "Then nothing. The bridge opened in 1932 [1]. The bridge opened in 1932 [3]. ",
    ],
)
def test_loops_are_seen(text: str) -> None:
    assert repeats_itself(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Contents ............................................ 3",
        "No. No. No. It is not. No.",
        "1. The rent is 500 [1].\n2. The rent is 600 [2].\n3. The rent is 700 [3].\n" * 1,
        "Monday: open. Tuesday: open. Wednesday: open. Thursday: open. Friday: open. Sunday: shut.",
    ],
)
def test_what_is_no_loop_is_left(text: str) -> None:
    assert not repeats_itself(text)


@given(st.lists(st.integers(1, 7), max_size=40), st.sampled_from(["think", "thinking"]))
def test_thoughts_are_left_out_however_they_are_cut(sizes: list[int], tag: str) -> None:
    said = "The answer < 5 [1].\n <think>no thought</think>"
    rest = f" \n<{tag}>\nThe user wants [3] <b> … \n</{tag}>\n\n{said}"
    pieces = []
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    assert "".join(without_thoughts([*pieces, rest])) == said


@pytest.mark.parametrize(
    ("pieces", "left"),
    [
        (["<think>never ", "ends"], ""),
        (["<", "5 people"], "<5 people"),
        (["<th"], "<th"),
        (["  \n", "Yes", " [1]."], "Yes [1]."),
        ([], ""),
    ],
)
def test_what_is_no_thought_stays(pieces: list[str], left: str) -> None:
    assert "".join(without_thoughts(pieces)) == left


def test_pieces_are_plain_text() -> None:
    assert clean_piece("a\x00b\x1b[31m\r\n\tc\u202ed\ud800e") == "ab[31m\n\tcde"
    assert clean_piece("café 🙂 日本 –") == "café 🙂 日本 –"
    assert reply(ScriptedModel(["\x00", "Yes\x07."])).text == "Yes."


MARKS = (
    "<|im_end|> <|eot_id|> <|IM_END|> </s> [INST] [/INST] <<SYS>> <start_of_turn> <｜User｜> <own>"
)


@pytest.mark.parametrize("mark", MARKS.split())
def test_template_marks_are_broken_up_and_still_readable(mark: str) -> None:
    broken = break_marks(f"before {mark} after", ["<own>"])
    assert mark not in broken
    assert broken == f"before {mark[0]} {mark[1:]} after"


@given(st.text(alphabet="<|>ims_end/[INST] ", max_size=40))
def test_no_known_mark_is_left_by_breaking(text: str) -> None:
    broken = break_marks(text)
    assert break_marks(broken) == broken


@pytest.mark.parametrize("text", ["a < b > c", "<b>bold</b>", "[1]", "List<String>", "||", "<||>"])
def test_other_brackets_are_left_alone(text: str) -> None:
    assert break_marks(text) == text


def test_added_tokens_that_are_words_are_no_marks() -> None:
    found = filter(looks_like_mark, ["<|end|>", "[MASK]", "    ", "word", "<", "{{x}}", "\n\n"])
    assert list(found) == ["<|end|>", "[MASK]", "{{x}}"]
