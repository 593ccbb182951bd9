"""The settings: defaults, then the TOML file, then the environment, then arguments."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from index.embedding import DEFAULT_MODEL
from index.errors import UsageError
from rag.places import settings_file

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Settings:
    """Every field can stand in settings.toml, or in the environment as FOOTNOTE_<FIELD>."""

    embedder: str = DEFAULT_MODEL  #: packaged name, folder, or name in the local model cache
    reader: str = "built-in"  #: "built-in", or "evidence": no trained weights, weaker answers
    model: str = "built-in"  #: or a language model: folder, cached hub name, server address
    remote_models: bool = False  #: whether a server on another computer may get your passages
    candidates: int = 100  #: taken from each of the dense and the lexical side
    passages: int = 20  #: passages read for an answer
    max_sentences: int = 3  #: sentences of an extractive answer at most
    threshold: float = 0.25  #: an answer less likely right than this is refused, 0–1
    parse_seconds: float = 60.0  #: time limit for one file
    parse_memory_mb: int = 2048  #: memory limit for one file
    file_mb: int = 200  #: files larger than this are skipped
    host: str = "127.0.0.1"  #: address of the web chat
    port: int = 7860  #: port of the web chat

    def __post_init__(self) -> None:
        for field in fields(self):
            _check(field.name, getattr(self, field.name), "the caller")


_CHOICES: Mapping[str, tuple[str, ...]] = {"reader": ("built-in", "evidence")}

_TRUTH: Mapping[str, bool] = {"true": True, "false": False, "1": True, "0": False}

#: What each number may be, ends included.
_RANGES: Mapping[str, tuple[float, float]] = {
    "candidates": (1, 10_000),
    "passages": (1, 100),
    "max_sentences": (1, 20),
    "threshold": (0, 1),
    "parse_seconds": (0.1, 3600),
    "parse_memory_mb": (128, 65_536),
    "file_mb": (1, 10_000),
    "port": (1, 65_535),
}


def load_settings(
    path: Path | None = None,
    environment: Mapping[str, str] | None = None,
    arguments: Mapping[str, Value] | None = None,
) -> Settings:
    """Settings from the file (if there is one), the environment and arguments, later ones winning.

    Raises UsageError naming the place, the field, the value and what it may be.
    """
    settings = Settings()
    file = path if path is not None else settings_file()
    if path is not None or file.is_file():
        settings = _with(settings, _read(file), str(file))
    variables = os.environ if environment is None else environment
    names = {f"FOOTNOTE_{field.name.upper()}": field.name for field in fields(Settings)}
    given = {names[key]: value for key, value in variables.items() if key in names}
    settings = _with(settings, given, "the environment")
    return _with(settings, dict(arguments or {}), "the arguments")


def _read(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"The settings file {file} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"The settings file {file} is not valid TOML: {error}.") from error


def _with(settings: Settings, values: Mapping[str, object], place: str) -> Settings:
    kinds = {field.name: type(getattr(settings, field.name)) for field in fields(Settings)}
    for name, value in values.items():
        kind = kinds.get(name)
        if kind is None:
            known = ", ".join(sorted(kinds))
            raise UsageError(f"{place} sets {name!r}, which is no setting; there are: {known}.")
        converted = {name: _convert(name, value, kind, place)}
        settings = replace(settings, **converted)  # type: ignore[arg-type]
    return settings


def _convert(name: str, value: object, kind: type, place: str) -> Value:
    wanted = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}[kind]
    try:
        if kind is bool:
            return _TRUTH[str(value).lower()]
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError
        if kind is int and isinstance(value, float) and not value.is_integer():
            raise ValueError
        converted: Value = kind(value)
    except (ValueError, KeyError):
        raise UsageError(f"{place} sets {name} to {value!r}; it has to be {wanted}.") from None
    _check(name, converted, place)
    return converted


def _check(name: str, value: Value, place: str) -> None:
    if name in _RANGES:
        low, high = _RANGES[name]
        if not low <= float(value) <= high:
            raise UsageError(
                f"{place} sets {name} to {value}; it has to be from {low:g} to {high:g}."
            )
    if name in _CHOICES and value not in _CHOICES[name]:
        choices = " or ".join(_CHOICES[name])
        raise UsageError(f"{place} sets {name} to {value!r}; it has to be {choices}.")
