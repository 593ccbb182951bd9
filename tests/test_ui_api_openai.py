"""Footnote as a model for OpenAI's own client, against a running server."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from served import Served, free, freed_within, served
from ui_assistant import Paced, paced

from index.errors import ModelError
from rag.language_model import ScriptedModel
from rag.places import index_folder
from rag.types import Answer, Turn
from ui.chat import Room
from ui.guard import Door
from ui.in_words import SET_ASIDE, in_words
from ui.outside import names_only

FILES = {
    "handbook.md": "# Holidays\n\nEveryone who works full time has 28 days of paid holiday.\n\n"
    "The notice period is four weeks.",
    "fees.md": "# Fees\n\nA replacement card costs 3 pounds.",
}
QUESTION = "How many days of holiday?"
USER = [{"role": "user", "content": QUESTION}]
TOKEN = "a-token-of-some-length"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Paced:
    return paced(tmp_path_factory.mktemp("secret"), FILES)


@pytest.fixture(scope="module")
def here(assistant: Paced, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(assistant, tmp_path_factory.mktemp("talks")) as running:
        yield running


def client(here: Served, key: str = "none", retries: int = 0) -> openai.OpenAI:
    return openai.OpenAI(
        base_url=f"{here.url}/v1",
        api_key=key,
        max_retries=retries,
        http_client=httpx.Client(trust_env=False),
    )


def complete(here: Served, messages: Any = None, **more: Any) -> Any:
    chosen = {"model": "footnote", **more}
    return client(here).chat.completions.create(
        messages=USER if messages is None else messages, **chosen
    )


def extra(reply: Any) -> dict[str, Any]:
    """Our field beside the message."""
    found = reply.model_extra["footnote"]
    assert isinstance(found, dict)
    return found


# ---- whole -------------------------------------------------------------------------------


def test_models_are_the_libraries(here: Served) -> None:
    listed = client(here).models.list().data
    assert [(one.id, one.object, one.owned_by) for one in listed] == [
        ("footnote", "model", "footnote")
    ]
    assert client(here).models.retrieve("footnote").id == "footnote"
    with pytest.raises(openai.NotFoundError, match="no model 'gpt-4'"):
        client(here).models.retrieve("gpt-4")


def test_a_library_is_asked_by_its_name(assistant: Paced, tmp_path: Path) -> None:
    with served(assistant, tmp_path) as here:
        other = paced(tmp_path, {"bees.txt": "Bees dance for 12 days of holiday."})
        here.chat.libraries._open["bees"] = other  # as if it had been opened by its name
        assert [one.id for one in client(here).models.list().data] == ["footnote", "footnote/bees"]
        assert client(here).models.retrieve("footnote/bees").id == "footnote/bees"
        reply = complete(here, model="footnote/bees")
        assert "12 days" in reply.choices[0].message.content
        assert reply.model == "footnote/bees"
        assert index_folder("bees") != other.index.folder
        for unknown in ("footnote/nothing", "footnote/../bees", "bees", "footnote/"):
            with pytest.raises(openai.NotFoundError) as error:
                complete(here, model=unknown)
            assert error.value.code == "model_not_found"


def test_a_whole_reply(here: Served, assistant: Paced) -> None:
    before = int(time.time())
    reply = complete(here, temperature=0.3, max_tokens=5, seed=1, stop=["x"], user="me", n=1)
    (choice,) = reply.choices
    answer = names_only(assistant.ask(QUESTION))
    assert choice.finish_reason == "stop"
    assert choice.message.role == "assistant"
    assert choice.message.content == in_words(answer)
    said, sources = choice.message.content.split("\n\nSources:\n\n")
    assert said == "Everyone who works full time has 28 days of paid holiday. [1]"
    assert sources.startswith("[1] Holidays, ")
    assert sources.endswith(
        "handbook.md: “Everyone who works full time has 28 days of paid holiday.”"
    )
    expected = json.loads(json.dumps(answer.to_dict()))
    assert {**extra(reply), "timings": None} == {**expected, "timings": None}
    assert before <= reply.created <= time.time()
    assert reply.id.startswith("chatcmpl-")
    assert "secret" not in reply.to_json()


def test_usage_is_counted(here: Served, assistant: Paced) -> None:
    usage = complete(here).usage
    message = complete(here).choices[0].message.content
    prompt, completion = assistant.index.embedder.count_tokens([QUESTION, message])
    assert (usage.prompt_tokens, usage.completion_tokens) == (prompt, completion)
    assert usage.total_tokens == prompt + completion
    longer = complete(here, [*USER, {"role": "assistant", "content": "28 days. [1]"}, *USER])
    assert longer.usage.prompt_tokens > 2 * prompt


def test_messages_become_a_question_and_its_history(here: Served, assistant: Paced) -> None:
    first = complete(here).choices[0].message.content
    parts = [{"type": "text", "text": "And"}, {"type": "text", "text": "notice?"}]
    complete(
        here,
        [
            {"role": "system", "content": "Answer in French."},
            *USER,
            {"role": "assistant", "content": first},
            {"role": "user", "content": "never answered"},
            {"role": "user", "content": [{"type": "text", "text": "And cards?"}]},
            {"role": "assistant", "content": "3 pounds."},
            {"role": "user", "content": parts},
        ],
    )
    question, history = assistant.asked
    assert question == "And\nnotice?"
    assert history == (
        Turn(QUESTION, "Everyone who works full time has 28 days of paid holiday. [1]"),
        Turn("And cards?", "3 pounds."),
    )


def test_part_of_the_documents_can_be_asked(here: Served) -> None:
    only = {"footnote": {"within": ["fees.md"], "k": 1}}
    reply = complete(here, extra_body=only)
    assert {one["document"]["title"] for one in extra(reply)["passages"]} == {"Fees"}
    with pytest.raises(openai.BadRequestError, match=r"no document '/etc/passwd'"):
        complete(here, extra_body={"footnote": {"within": ["/etc/passwd"]}})


def test_a_refusal_is_in_words(here: Served) -> None:
    reply = complete(here, [{"role": "user", "content": "Who is king of Zanzibar?"}])
    message = reply.choices[0].message.content
    assert extra(reply)["declined"]
    assert message.startswith(extra(reply)["text"])
    assert "Found in no document: " in message
    assert "Zanzibar" in message
    assert reply.choices[0].message.refusal is None


# ---- streamed ----------------------------------------------------------------------------


def streamed(here: Served, **more: Any) -> tuple[str, list[Any]]:
    chunks = list(complete(here, stream=True, **more))
    words = [one.choices[0].delta.content or "" for one in chunks if one.choices]
    return "".join(words), chunks


def test_a_streamed_reply_says_the_same(here: Served) -> None:
    whole = complete(here)
    words, chunks = streamed(here, stream_options={"include_usage": True})
    assert words == whole.choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    *_, last, counted = chunks
    assert last.choices[0].finish_reason == "stop"
    assert extra(last)["text"] == extra(whole)["text"]
    assert all(one.choices[0].finish_reason is None for one in chunks[:-2])
    assert counted.choices == []
    assert counted.usage == whole.usage
    assert len({one.id for one in chunks}) == 1
    _, without = streamed(here)
    assert all(one.usage is None for one in without)


def test_the_stream_ends_as_clients_expect(here: Served) -> None:
    body = {"model": "footnote", "messages": USER, "stream": True}
    answer = httpx.post(f"{here.url}/v1/chat/completions", json=body, trust_env=False)
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = answer.text.split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    assert all(event.startswith("data: ") and "\n" not in event for event in events[:-1])


@pytest.fixture
def written(assistant: Paced, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Served]:
    """The same documents, with a language model that plays a script slowly."""
    model = ScriptedModel(request.param, seconds_between=0.3)
    with served(assistant.answering_with(model), tmp_path, room=Room(1, 0)) as running:
        yield running


GOOD = (
    "Everyone who works full time has 28 days of paid holiday [1]. ",
    "The notice period is four weeks [1]. ",
    "And ",
    "so ",
    "on.",
)
BAD = (
    "The notice period is four weeks [1]. ",
    "The boss has 99 days of holiday in Spain. ",
    "Dogs get 77 days of holiday in Rome. ",
    "Cats get 66 days of holiday in Lima. ",
)


@pytest.mark.parametrize("written", [GOOD], indirect=True)
def test_written_sentences_come_as_they_are_checked(written: Served) -> None:
    arrived: list[tuple[float, str]] = []
    started = time.monotonic()
    last = None
    for chunk in complete(written, stream=True):
        if chunk.choices[0].delta.content:
            arrived.append((time.monotonic() - started, chunk.choices[0].delta.content))
        last = chunk
    answer = extra(last)
    assert answer["kind"] == "written"
    assert "".join(words for _, words in arrived).startswith(answer["text"])
    assert "28 days" in arrived[0][1]
    assert arrived[-1][0] - arrived[0][0] > 0.3, "it came all at once"


@pytest.mark.parametrize("written", [BAD], indirect=True)
def test_a_written_answer_that_is_set_aside_is_said(written: Served) -> None:
    """What was streamed cannot be taken back, so a line says what stands instead."""
    words, chunks = streamed(written)
    answer = extra(chunks[-1])
    assert answer["kind"] == "extractive"
    begun, stands = words.split(f"\n\n{SET_ASIDE}\n\n")
    assert begun == "The notice period is four weeks. [1]"
    assert stands.startswith("Everyone who works full time has 28 days of paid holiday. [2]")
    sources = stands.split("Sources:\n\n")[1]
    assert [line[:3] for line in sources.split("\n\n")] == ["[1]", "[2]"]
    assert "99 days" not in words
    assert "Rome" not in words


@pytest.mark.parametrize("written", [[f"Word {n} and " for n in range(200)]], indirect=True)
@pytest.mark.parametrize("stream", [True, False])
def test_leaving_frees_the_model_within_a_second(written: Served, stream: bool) -> None:
    body = {"model": "footnote", "messages": USER, "stream": stream}
    url = f"{written.url}/v1/chat/completions"
    if stream:
        with httpx.stream("POST", url, json=body, trust_env=False, timeout=20) as reply:
            lines = reply.iter_lines()  # kept: dropping it would hang up
            next(lines)  # it has begun
            assert not free(written.chat.room)
    else:
        with pytest.raises(httpx.TimeoutException):
            httpx.post(url, json=body, trust_env=False, timeout=1.0)
    assert freed_within(written.chat.room, 1.0)


# ---- errors ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"n": 2}, "n"),
        ({"logprobs": True}, "logprobs"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"messages": []}, "messages"),
        ({"messages": "hello"}, "messages"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, "messages"),
        ({"messages": [{"role": "boss", "content": "x"}]}, "messages.0.role"),
        ({"messages": [{"role": "user", "content": 7}]}, None),
        ({"messages": [{"role": "user", "content": "x" * 10_001}]}, "messages"),
        ({"messages": [*USER, {"role": "tool", "tool_call_id": "1", "content": "x"}, *USER]}, None),
        ({"stream": "yes"}, "stream"),
        ({"extra_body": {"footnote": {"k": 0}}}, None),
        ({"extra_body": {"footnote": {"path": "/etc"}}}, "footnote.path"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_is_not_supported_is_refused(
    here: Served, more: dict[str, Any], param: str | None, stream: bool
) -> None:
    with pytest.raises(openai.BadRequestError) as error:
        complete(here, **{"stream": stream, **more})
    body = error.value.body
    assert isinstance(body, dict)
    assert list(body) == ["message", "type", "param", "code"]
    assert body["type"] == "invalid_request_error"
    assert body["message"].endswith(".")
    assert "\n" not in body["message"]
    if param is not None:
        assert body["param"] == param


def test_pictures_are_refused(here: Served) -> None:
    """And nothing is fetched for them."""
    picture = {"type": "image_url", "image_url": {"url": "http://127.0.0.1:1/x.png"}}
    with pytest.raises(openai.BadRequestError, match="text only"):
        complete(here, [{"role": "user", "content": [picture, {"type": "text", "text": "x"}]}])


def test_no_tools_and_no_choices_may_be_said(here: Served) -> None:
    reply = complete(here, tools=[], n=1, logprobs=False, response_format={"type": "text"})
    assert "28 days" in reply.choices[0].message.content


def test_busy_is_an_error_that_clients_try_again(assistant: Paced, tmp_path: Path) -> None:
    with served(assistant, tmp_path, room=Room(1, 0)) as here:
        with here.chat.room.place(), pytest.raises(openai.InternalServerError) as error:
            complete(here)
        assert (error.value.status_code, error.value.code) == (503, "busy")
        place = here.chat.room.place()
        place.__enter__()
        try:
            patient = client(here, retries=2)
            threading.Timer(1.0, lambda: place.__exit__(None, None, None)).start()
            reply: Any = patient.chat.completions.create(
                model="footnote", messages=[{"role": "user", "content": QUESTION}]
            )
            assert "28 days" in reply.choices[0].message.content
        finally:
            freed_within(here.chat.room, 5)


def test_the_key_is_the_token(assistant: Paced, tmp_path: Path) -> None:
    door = Door(1, credentials=("ada", "lovelace"), token=TOKEN)
    with served(assistant, tmp_path, door=door) as here:
        assert client(here, TOKEN).models.list().data[0].id == "footnote"
        with pytest.raises(openai.AuthenticationError) as error:
            client(here, "wrong").models.list()
        assert error.value.code == "invalid_api_key"


def test_an_error_in_the_middle_of_a_stream(
    here: Served, assistant: Paced, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = assistant.stream

    def breaking(*args: Any, **more: Any) -> Iterator[Answer]:
        yield next(iter(real(*args, **more)))
        raise ModelError("The model stopped at /home/ada/model: no memory.")

    monkeypatch.setattr(assistant, "stream", breaking)
    with pytest.raises(openai.APIError, match="model") as error:
        streamed(here)
    assert "/home" not in str(error.value)
    with pytest.raises(openai.InternalServerError):
        complete(here)
