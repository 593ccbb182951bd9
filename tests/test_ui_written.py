"""What the page keeps and says of a language model's answer that is stopped, fails or is silent."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from model_servers import Played, events
from ui_assistant import paced

from rag.assistant import Assistant
from rag.backends.server_model import ServerModel
from rag.language_model import LanguageModel, ScriptedModel
from rag.types import AnswerKind
from ui.chat import STOPPED, Asking, Chat, Room, Step, aside
from ui.conversations import Conversations
from ui.libraries import Libraries
from ui.render import Exchange, exchange
from ui.web import build_app

HANDBOOK = """# Holidays

Everyone who works full time has 28 days of paid holiday a year.

The notice period is four weeks in the first two years."""
QUESTION = "How many days of paid holiday does everyone have?"
PENDING = "Nobody has checked these"
#: Two sentences that are borne out, then one that never ends.
SLOWLY = (
    "Everyone who works full time has 28 days of paid holiday a year [1]. ",
    "The notice period is four weeks in the first two years [1]. ",
    *(f"{PENDING} ", *["words "] * 2000),
)


def answered_by(folder: Path, model: LanguageModel) -> Assistant:
    return paced(folder, {"handbook.md": HANDBOOK}).answering_with(model)


def chat_over(folder: Path, model: LanguageModel) -> Chat:
    memory = Conversations(folder)
    return Chat(Libraries(answered_by(folder, model), memory), Room(), memory)


def slow() -> ScriptedModel:
    return ScriptedModel(SLOWLY, name="tiny", seconds_between=0.01)


def kept(chat: Chat) -> Exchange:
    found = chat.exchange(1)
    assert found is not None
    return found


def pending(step: Step) -> bool:
    return step.exchange.answer is not None and PENDING in step.exchange.answer.pending


def only_what_was_verified(found: Exchange) -> None:
    assert found.answer is not None
    assert found.answer.final
    assert found.answer.kind is AnswerKind.WRITTEN
    assert len(found.answer.sentences) == 2
    assert found.answer.pending == ""
    assert found.answer.model == "tiny"
    assert found.answer.timings["writing"] > 0
    assert "The language model's answer was stopped." in found.answer.notes
    shown = exchange(found, 1)
    assert PENDING not in shown
    assert "28 days" in shown
    assert "tiny" in shown
    assert "was stopped" in shown


def test_stop_in_mid_sentence_keeps_only_what_was_verified(tmp_path: Path) -> None:
    """As the page stops: it leaves, and the answer goes on in a thread of its own."""
    chat = chat_over(tmp_path, slow())

    async def leave() -> None:
        steps = aside(lambda left: chat.ask(Asking(QUESTION), left))
        async for step in steps:
            if pending(step):
                break
        await steps.aclose()  # type: ignore[attr-defined]
        for _ in range(100):
            answer = kept(chat).answer
            if answer is not None and answer.final:
                return
            await asyncio.sleep(0.05)

    asyncio.run(leave())
    only_what_was_verified(kept(chat))


def test_whoever_leaves_between_two_steps_leaves_only_what_was_verified(tmp_path: Path) -> None:
    chat = chat_over(tmp_path, slow())
    steps = chat.ask(Asking(QUESTION))
    next(step for step in steps if pending(step))
    steps.close()  # type: ignore[attr-defined]
    only_what_was_verified(kept(chat))


def test_unchecked_words_of_an_older_file_are_not_shown(tmp_path: Path) -> None:
    chat = chat_over(tmp_path, slow())
    steps = chat.ask(Asking(QUESTION))
    unfinished = next(step for step in steps if pending(step)).exchange
    steps.close()  # type: ignore[attr-defined]
    chat.memory.answer(unfinished.turn, unfinished.answer, STOPPED)
    found = kept(chat)
    assert found.answer is not None
    assert not found.answer.final
    assert "28 days" in exchange(found, 1)
    assert PENDING not in exchange(found, 1)


def test_a_stopped_turn_can_be_read_again(tmp_path: Path) -> None:
    app = build_app(
        answered_by(tmp_path, ScriptedModel(SLOWLY[:2], name="tiny")),
        memory=Conversations(tmp_path),
    )
    client = TestClient(app, base_url="http://127.0.0.1:7860")
    *_, last = client.post("/api/chat", json={"question": QUESTION}).text.splitlines()
    turn = json.loads(last)["turn"]
    assert client.get(f"/api/turns/{turn}").json() == {"html": json.loads(last)["html"]}
    assert client.get(f"/api/turns/{turn + 1}").status_code == 404


def test_a_server_that_dies_in_the_middle_is_named_with_the_remedy(tmp_path: Path) -> None:
    begun = events(json.dumps({"choices": [{"delta": {"content": SLOWLY[0]}}]}), length=10_000)
    with Played(begun) as server:
        chat = chat_over(tmp_path, ServerModel.connect(server.url))
        *_, last = chat.ask(Asking(QUESTION))
        shown = exchange(last.exchange, 1)
        assert f"The language model server at http://127.0.0.1:{server.port}/v1 " in shown
        assert "see its own log" in shown


def test_a_reason_with_a_path_goes_to_the_terminal(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    refused = events('{"error": {"message": "no file /home/ada/model"}}')
    with Played(refused) as server:
        chat = chat_over(tmp_path, ServerModel.connect(server.url))
        *_, last = chat.ask(Asking(QUESTION))
    shown = exchange(last.exchange, 1)
    assert "the terminal Footnote runs in says why" in shown
    assert "/home" not in shown
    assert "/home/ada/model" in caplog.text


def test_our_own_limit_stands_in_the_details_only(tmp_path: Path) -> None:
    more = "".join(f" Day {n} of holiday is taken in month {n}." for n in range(40))
    files = {f"n{number}.md": f"{HANDBOOK} Office {number}.{more}" for number in range(20)}
    model = ScriptedModel(["  "], context_tokens=131_072)
    answer = paced(tmp_path, files).answering_with(model).ask(QUESTION)
    assert answer.notes == ("The language model wrote no answer.",)
    shown = exchange(Exchange(QUESTION, answer), 1)
    before, _, details = shown.partition('<details class="fn-why">')
    assert "at most 2,000 tokens" in details
    assert "tokens" not in before
