"""Documents of our own with questions about them: what people's folders hold and public sets lack.

Manuals, contracts, minutes, price lists and the like, invented for training, one JSON file each in
``documents/`` beside this module, of the form

    {"title": str, "passages": [str], "asked": [{"q": str, "in": int, "a": str | [str] | null}],
     "polar": [{"q": str, "in": int, "yes": bool | null, "by": str | null}],
     "claims": [{"c": str, "in": int, "true": bool, "kind": str}]}

``in`` is the passage, from 0; ``a`` is its exact words, or null where no passage answers; ``yes``
is null where the passages tell of the thing and leave the question open. Nothing
of the evaluation sets is in them. ``python -m rag.training.own_documents`` checks the files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from rag.training.polar import OPEN, Polar
from rag.training.sources import Claim, Row, find_answer

SOURCE = "own"
FOLDER = Path(__file__).with_name("documents")

_Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class OwnDocument:
    """One document: its questions as rows, its yes/no questions, its claims."""

    name: str
    title: str
    passages: tuple[str, ...]
    rows: tuple[Row, ...]
    polar: tuple[Polar, ...]
    claims: tuple[Claim, ...]


def own_documents(folder: Path = FOLDER) -> list[OwnDocument]:
    """All documents, by file name. Raises ValueError with file and value for the first fault."""
    return [read_document(path) for path in sorted(folder.glob("*.json"))]


def read_document(path: Path) -> OwnDocument:
    """One document from its file. Raises ValueError that names the file and the faulty value."""
    try:
        data = cast(_Json, json.loads(path.read_text(encoding="utf-8")))
        title, passages = str(data["title"]), tuple(cast(list[str], data["passages"]))
        return OwnDocument(
            path.stem,
            title,
            passages,
            tuple(_rows(path.stem, title, passages, cast(list[_Json], data["asked"]))),
            tuple(_polar(path.stem, title, passages, cast(list[_Json], data["polar"]))),
            tuple(_claims(path.stem, title, passages, cast(list[_Json], data["claims"]))),
        )
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name}: {type(error).__name__}: {error}") from error


def _rows(name: str, title: str, passages: tuple[str, ...], asked: list[_Json]) -> Iterator[Row]:
    for one in asked:
        passage, answers = passages[cast(int, one["in"])], one["a"]
        wanted = [answers] if isinstance(answers, str) else cast(list[str], answers or [])
        spans = tuple(span for answer in wanted for span in _exact(passage, answer))
        yield Row(SOURCE, name, title, str(one["q"]), passage, spans, bool(wanted))


def _polar(name: str, title: str, passages: tuple[str, ...], asked: list[_Json]) -> Iterator[Polar]:
    for one in asked:
        passage, question = passages[cast(int, one["in"])], str(one["q"])
        told = one["yes"] is not None
        spans = _exact(passage, str(one["by"])) if told else ()
        label = float(_truth(one["yes"])) if told else OPEN
        yield Polar(
            Row(SOURCE, name, title, question, passage, spans, told),
            Claim(SOURCE, name, title, question, passage, label),
        )


def _claims(
    name: str, title: str, passages: tuple[str, ...], claims: list[_Json]
) -> Iterator[Claim]:
    for one in claims:
        passage = passages[cast(int, one["in"])]
        yield Claim(SOURCE, name, title, str(one["c"]), passage, float(_truth(one["true"])))


def _exact(passage: str, answer: str) -> tuple[tuple[int, int], ...]:
    if answer not in passage or not answer.strip():
        raise ValueError(f"the passage does not hold {answer!r}")
    whole = tuple(s for s in find_answer(passage, answer) if passage[s[0] : s[1]] == answer)
    start = passage.index(answer)
    return whole or ((start, start + len(answer)),)


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is not true or false")
    return value


def main() -> None:
    """Print the first fault of each file; nothing where all are sound."""
    for path in sorted(FOLDER.glob("*.json")):
        try:
            read_document(path)
        except ValueError as error:
            print(error)


if __name__ == "__main__":
    main()
