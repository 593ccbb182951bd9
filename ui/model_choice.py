"""Which model answers: those that can be chosen on the page, and the one that was.

A client names a model by an id made here, never by a path or an address, and only models that this
computer's own search found are opened. Looking around is `rag.models`; markup is in `ui.choosing`.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from hashlib import sha256
from urllib.parse import urlsplit

from index.errors import FootnoteError, ModelError, UsageError
from rag.assistant import Assistant, shared_model
from rag.backends.server_transport import parse_address
from rag.language_model import LanguageModel
from rag.models import BUILT_IN, UsableModel, is_address, open_model, usable_models
from rag.settings import Settings

FRESH_S = 30.0  #: how long a search for models is believed


@dataclass(frozen=True, slots=True)
class Choice:
    """A model that can be chosen, by the id that the page calls it."""

    id: str
    model: UsableModel


class Models:
    """The models of this computer. ``first`` is the one of the settings, opened with the index."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.first = id_of(settings.model.strip())
        self._found: tuple[Choice, ...] = ()
        self._searched = -FRESH_S
        self._opened: tuple[str, LanguageModel] | None = None  # one at a time: weights are large
        self._lock = threading.RLock()

    def listed(self, *, again: bool = False) -> tuple[Choice, ...]:
        """What was found, the built-in one first; searched anew when that is long ago."""
        with self._lock:
            now = time.monotonic()
            if again or not self._found or now - self._searched > FRESH_S:
                found = usable_models(self._settings)
                self._found = tuple(Choice(id_of(model.setting), model) for model in found)
                self._searched = time.monotonic()
            return self._found

    def answering(self, assistant: Assistant, wanted: str) -> Assistant:
        """The assistant with the model that was chosen; none means the one of the settings."""
        if wanted in ("", self.first):
            return assistant
        return assistant.answering_with(self._open(wanted))

    def _open(self, wanted: str) -> LanguageModel | None:
        if wanted == id_of(BUILT_IN):
            return None
        with self._lock:
            if self._opened is not None and self._opened[0] == wanted:
                return self._opened[1]
            found = next((one.model for one in self.listed() if one.id == wanted), None)
            if found is None:
                raise UsageError("This model is not there any more: choose another one.")
            if not found.usable:
                raise ModelError(f"{found.name} cannot answer: {found.reason}; choose another one.")
            self._opened = None  # let go of the one before, then load
            model = open_model(replace(self._settings, model=found.setting))
            if model is not None:
                self._opened = (wanted, model)
            return model


def id_of(setting: str) -> str:
    """What the page calls a model: it says nothing of where it lies."""
    return sha256(setting.encode()).hexdigest()[:16]


def with_model_that_answers(settings: Settings) -> tuple[Settings, str]:
    """The settings with the built-in reader, and why, where the server they name does not answer.

    Else as they are, and "". Raises FootnoteError for any other fault: a server may be started
    later, a folder that is not there will not be.
    """
    if is_address(settings.model.strip()):
        try:
            shared_model(settings)
        except ModelError as error:
            return replace(settings, model=BUILT_IN), str(error)
    return settings, ""


def outside_host(settings: Settings) -> str:
    """The other computer that the settings let passages go to; empty when there is none."""
    chosen = settings.model.strip()
    if not settings.remote_models or not is_address(chosen):
        return ""
    try:
        place = parse_address(chosen)
    except FootnoteError:
        return ""
    return "" if place.loopback else urlsplit(place.base).hostname or ""


def allowed_hosts(settings: Settings) -> set[str]:
    """Whom the server may connect to: that computer, and the proxies on the way to it."""
    from urllib.request import getproxies

    host = outside_host(settings)
    if not host:
        return set()
    proxies = (urlsplit(each if "//" in each else f"//{each}") for each in getproxies().values())
    return {host, *(one.hostname for one in proxies if one.hostname)}
