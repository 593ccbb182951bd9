"""Which models can be chosen on the page, by ids that say nothing of where they lie."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ui_assistant import Paced, paced

from index.errors import ModelError, UsageError
from rag.language_model import ScriptedModel
from rag.models import ModelKind, UsableModel
from rag.settings import Settings
from ui.choosing import badge, model_list, privacy
from ui.connections import Tally
from ui.model_choice import Choice, Models, allowed_hosts, id_of, outside_host

FAR = Settings(model="http://gpu.example.org:8000/v1#wren", remote_models=True)
SERVED = UsableModel("wren", ModelKind.SERVER, "http://127.0.0.1:8000/v1", "http://127.0.0.1#wren")
BROKEN = UsableModel(
    "heron", ModelKind.FOLDER, "/home/a/heron", "/home/a/heron", usable=False, reason="no tokenizer"
)
BUILT_IN = UsableModel("built-in reader", ModelKind.BUILT_IN, "", "built-in")


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often this computer was searched."""
    made: list[int] = []

    def search(_settings: Settings) -> list[UsableModel]:
        made.append(1)
        return [BUILT_IN, SERVED, BROKEN]

    monkeypatch.setattr("ui.model_choice.usable_models", search)
    return made


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Paced]:
    made = paced(tmp_path, {"a.txt": "Everyone has 28 days of holiday a year."})
    yield made
    made.close()


def test_a_chosen_model_writes_the_answer(
    assistant: Paced, searches: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def open_it(settings: Settings) -> ScriptedModel:
        opened.append(settings.model)
        return ScriptedModel(("Everyone has 28 days of holiday a year [1].",), name="wren")

    monkeypatch.setattr("ui.model_choice.open_model", open_it)
    models = Models(Settings())
    assert models.answering(assistant, "") is assistant
    assert models.answering(assistant, models.first) is assistant
    for _ in range(2):
        other = models.answering(assistant, id_of(SERVED.setting))
        assert other.ask("How many days of holiday?").model == "wren"
    assert opened == [SERVED.setting], "it is opened once"
    assert assistant.model is None, "the assistant of others is left alone"
    assert assistant.ask("How many days of holiday?").model != "wren"
    assert searches == [1], "and looked for once"


def test_built_in_can_be_chosen_where_the_settings_name_a_model(
    assistant: Paced, searches: list[int]
) -> None:
    written = assistant.answering_with(ScriptedModel(("No.",), name="heron"))
    chosen = Models(Settings(model=SERVED.setting)).answering(written, id_of("built-in"))
    assert chosen.model is None


@pytest.mark.parametrize(
    ("wanted", "kind", "words"),
    [
        (id_of(BROKEN.setting), ModelError, "heron cannot answer: no tokenizer"),
        (BROKEN.setting, UsageError, "not there any more"),
        ("http://10.0.0.1/v1#x", UsageError, "not there any more"),
        (id_of("/etc"), UsageError, "not there any more"),
    ],
)
def test_nothing_else_can_be_chosen(
    assistant: Paced, searches: list[int], wanted: str, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        Models(Settings()).answering(assistant, wanted)


def test_the_list_names_no_path_and_says_why() -> None:
    choices = [Choice(id_of(one.setting), one) for one in (BUILT_IN, SERVED, BROKEN)]
    markup = model_list(choices, lambda reason: reason)
    assert "/home/a" not in markup
    assert "127.0.0.1:8000" in markup
    assert "Not usable: no tokenizer" in markup
    assert markup.count("disabled") == 1
    ugly = UsableModel("<img src=x>", ModelKind.SERVER, "http://127.0.0.1:1/v1", "s")
    assert "<img" not in model_list([Choice("1", ugly)], lambda reason: reason)


def test_the_promise_says_where_passages_go() -> None:
    tally = Tally(refused=2, allowed=5)
    assert badge(Tally(), True, "", False) == "0 connections to the outside"
    assert badge(tally, True, "", False) == "0 connections to the outside, 2 refused"
    assert badge(tally, True, "gpu.example.org", True) == "Passages are sent to gpu.example.org"
    assert "is allowed" in badge(tally, True, "gpu.example.org", False)
    assert "5 connections to it" in privacy(tally, True, "gpu.example.org", True)


def test_only_an_allowed_server_elsewhere_counts_as_outside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("urllib.request.getproxies", lambda: {"https": "http://proxy.example:3128"})
    assert outside_host(FAR) == "gpu.example.org"
    assert allowed_hosts(FAR) == {"gpu.example.org", "proxy.example"}
    for other in (
        Settings(model=FAR.model),
        Settings(remote_models=True),
        Settings(model="http://127.0.0.1:11434/v1", remote_models=True),
    ):
        assert outside_host(other) == ""
        assert allowed_hosts(other) == set()
