"""Which language model a setting stands for, and which are usable on this computer now.

``model`` is "built-in" (no language model: answers are quoted), a folder, a hub name that is in the
local cache, or the address of an OpenAI-compatible server. Looking around reads small files and
knocks at a few ports of this computer; nothing is fetched and no other computer is asked.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from index.errors import FootnoteError, ModelError
from rag.backends.server_transport import KEY
from rag.language_model import LanguageModel

BUILT_IN = "built-in"
#: Where model servers listen unless told otherwise.
USUAL_PORTS = {
    11434: "Ollama",
    8000: "vLLM or transformers serve",
    8080: "llama.cpp",
    1234: "LM Studio",
}
KNOCK_S = 0.3
FAR_S = 3.0  #: patience with a server on another computer that the settings name and allow
_HUB_NAME = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}", re.ASCII)


class ModelSettings(Protocol):
    """What is read of the settings."""

    @property
    def model(self) -> str:
        """ "built-in", a folder, a hub name or a server's address."""
        ...

    @property
    def remote_models(self) -> bool:
        """Whether a server on another computer may be used."""
        ...


class ModelKind(StrEnum):
    """How a model is run."""

    BUILT_IN = "built-in"
    FOLDER = "folder"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class UsableModel:
    """A model that was found, and whether it can be used."""

    name: str
    kind: ModelKind
    where: str  #: the folder or the server's address; "" for the built-in one
    setting: str  #: what ``model`` has to be set to for it
    usable: bool = True
    reason: str = ""  #: why it is not usable, in a few words
    leaves_machine: bool = False  #: whether passages would be sent to another computer


def open_model(settings: ModelSettings) -> LanguageModel | None:
    """The language model of the settings; None for the built-in way, which needs none.

    Raises UsageError or ModelError with the remedy. Weights are loaded when it is first asked.
    """
    chosen = settings.model.strip()
    if chosen == BUILT_IN:
        return None
    if is_address(chosen):
        from rag.backends.server_model import ServerModel

        key = os.environ.get(KEY, "")
        return ServerModel.connect(chosen, key=key, remote=settings.remote_models)
    folder, name = model_folder(chosen)
    from rag.backends.transformers_model import TransformersModel

    return TransformersModel(folder, name)


def is_address(chosen: str) -> bool:
    """Whether a setting is meant as the address of a server."""
    return chosen.casefold().startswith(("http://", "https://"))


def is_hub_name(chosen: str) -> bool:
    """Whether a setting can be the name of a model on the hub."""
    return _HUB_NAME.fullmatch(chosen) is not None and not chosen.startswith(".")


def model_folder(chosen: str) -> tuple[Path, str]:
    """Folder and name of a local model, given by path or hub name. Raises ModelError."""
    folder = Path(chosen).expanduser()
    if chosen and folder.is_dir():
        return folder, folder.resolve().name
    cached = cached_folder(chosen) if is_hub_name(chosen) else None
    if cached is not None:
        return cached, chosen
    remedy = (
        f"fetch it with `footnote models --fetch {chosen}`"
        if is_hub_name(chosen)
        else "`footnote models` lists what there is"
    )
    raise ModelError(
        f"The language model {chosen!r} is neither a folder, nor in the local model cache, nor the "
        f"address of a server; {remedy}."
    )


def usable_models(
    settings: ModelSettings, ports: Sequence[int] = tuple(USUAL_PORTS)
) -> list[UsableModel]:
    """The built-in one, the one that is set, those in the local cache and those of local servers.

    Takes less than a second: ports are tried side by side, for 0.3 s each.
    """
    chosen = settings.model.strip()
    addresses = [f"http://127.0.0.1:{port}/v1" for port in ports]
    found = [UsableModel("built-in reader", ModelKind.BUILT_IN, "", BUILT_IN)]
    with ThreadPoolExecutor(max_workers=len(addresses) + 1) as knocking:
        served = knocking.map(served_at, addresses)
        if chosen != BUILT_IN:
            found.append(_chosen(settings, chosen))
        found += cached_models()
        for models in served:
            found += models
    each: dict[str, UsableModel] = {}
    for model in found:
        each.setdefault(model.setting, model)
    return list(each.values())


def served_at(address: str) -> list[UsableModel]:
    """The models of a server on this computer; none where no such server answers at once."""
    from rag.backends.server_model import listed_models
    from rag.backends.server_transport import Transport, parse_address

    place = parse_address(address)
    assert place.loopback, "only this computer is looked at"
    knocking = Transport(place, silence_s=KNOCK_S, connect_s=KNOCK_S, whole_s=KNOCK_S)
    try:
        listed = listed_models(knocking)
    except ModelError:
        return []
    return [
        UsableModel(model.name, ModelKind.SERVER, place.base, f"{place.base}#{model.name}")
        for model in listed
    ]


def cached_models() -> list[UsableModel]:
    """The models in the local hub cache that write text, by name."""
    from rag.backends.transformers_loading import folder_fault, writes_text

    found = []
    for name, folder in _snapshots():
        if writes_text(folder):
            fault = folder_fault(folder)
            model = UsableModel(name, ModelKind.FOLDER, str(folder), name, not fault, fault)
            found.append(model)
    return found


def cached_folder(name: str) -> Path | None:
    """Where the local hub cache holds a model; None when it does not."""
    return dict(_snapshots()).get(name)


def hub_cache() -> Path:
    """The folder of the local hub cache, by the environment variables of the hub's library."""
    if os.environ.get("HF_HUB_CACHE"):
        return Path(os.environ["HF_HUB_CACHE"]).expanduser()
    home = os.environ.get("HF_HOME")
    if home:
        return Path(home).expanduser() / "hub"
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "huggingface" / "hub"


def _snapshots() -> Iterator[tuple[str, Path]]:
    """Name and folder of each cached model: the main revision, else the newest."""
    try:
        kept = sorted(hub_cache().glob("models--*"))
    except OSError:
        return
    for place in kept:
        name = place.name.removeprefix("models--").replace("--", "/")
        try:
            revision = (place / "refs" / "main").read_text("ascii").strip()
            folders = [place / "snapshots" / revision] if re.fullmatch(r"\w+", revision) else []
        except (OSError, ValueError):
            folders = []
        try:
            newest = sorted((place / "snapshots").iterdir(), key=lambda path: path.stat().st_mtime)
        except OSError:
            newest = []
        folder = next((path for path in [*folders, *reversed(newest)] if path.is_dir()), None)
        if folder is not None:
            yield name, folder


def _chosen(settings: ModelSettings, chosen: str) -> UsableModel:
    """The model that is set, tried out as far as that is quick."""
    from rag.backends.transformers_loading import folder_fault

    try:
        if is_address(chosen):
            return _chosen_server(settings, chosen)
        folder, name = model_folder(chosen)
    except FootnoteError as error:
        kind = ModelKind.SERVER if is_address(chosen) else ModelKind.FOLDER
        return UsableModel(chosen, kind, chosen, chosen, usable=False, reason=str(error))
    fault = folder_fault(folder)
    return UsableModel(name, ModelKind.FOLDER, str(folder), chosen, not fault, fault)


def _chosen_server(settings: ModelSettings, chosen: str) -> UsableModel:
    from rag.backends.server_model import allowed, served_model
    from rag.backends.server_transport import Transport

    place = allowed(chosen, remote=settings.remote_models)
    patience_s = KNOCK_S if place.loopback else FAR_S
    key = os.environ.get(KEY, "")
    asked = Transport(place, key, patience_s, patience_s, patience_s)
    model = served_model(asked)
    far = not place.loopback
    return UsableModel(model.name, ModelKind.SERVER, place.base, chosen, leaves_machine=far)
