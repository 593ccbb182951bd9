"""Made tables, price lists and schedules with questions about their cells.

The public sets ask of running prose only; people also keep tables. Each record sheet here is drawn
from word lists of our own and written the way the loaders write tables: rows that carry their
column names, bare rows, lines of "name: value", or short sentences. Asked are a cell by its row, a
row by its cell, and, for refusing, rows and columns that the sheet does not have.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from rag.training.record_domains import DOMAINS, Column, Domain
from rag.training.record_values import PLACES
from rag.training.sources import Row

SOURCE = "records"


def record_rows(count: int, chance: random.Random) -> list[Row]:
    """So many questions about made sheets, about three to a sheet; a third have no answer."""
    made: list[Row] = []
    while len(made) < count:
        made += _sheet(chance.choice(DOMAINS), chance)
    return made[:count]


@dataclass(frozen=True, slots=True)
class _Cell:
    entity: str
    value: str
    entity_span: tuple[int, int]
    value_span: tuple[int, int]


def _sheet(domain: Domain, chance: random.Random) -> list[Row]:
    wanted = chance.randint(2, 9)
    entities = list(dict.fromkeys(domain.entity(chance) for _ in range(3 * wanted)))[:wanted]
    columns = chance.sample(domain.columns, chance.randint(1, min(4, len(domain.columns))))
    cells = [[column.draw(chance) for column in columns] for _ in entities]
    text, found = _written(domain, entities, columns, cells, chance)
    title = chance.choice(domain.titles)
    if chance.random() < 0.5:
        title = f"{title} {chance.choice((str(chance.randint(2004, 2030)), chance.choice(PLACES)))}"
    rows: list[Row] = []
    for place in chance.sample(range(len(columns)), min(2, len(columns))):
        column = columns[place]
        cell = found[chance.randrange(len(entities))][place]
        ask = chance.choice(column.asks).format(e=cell.entity)
        rows.append(_row(title, ask, text, (cell.value_span,)))
        alone = sum(row[place] == cell.value for row in cells) == 1
        if column.finds and alone and chance.random() < 0.5:
            ask = chance.choice(column.finds).format(v=cell.value)
            rows.append(_row(title, ask, text, (cell.entity_span,)))
    drawn = [domain.entity(chance) for _ in range(8)]
    missing = next((entity for entity in drawn if entity not in entities), None)
    if missing is not None and chance.random() < 0.6:
        ask = chance.choice(chance.choice(columns).asks).format(e=missing)
        rows.append(_row(title, ask, text, ()))
    others = [column for column in domain.columns if column not in columns]
    if others and chance.random() < 0.6:
        ask = chance.choice(chance.choice(others).asks).format(e=chance.choice(entities))
        rows.append(_row(title, ask, text, ()))
    return rows


def _written(
    domain: Domain,
    entities: Sequence[str],
    columns: Sequence[Column],
    cells: Sequence[Sequence[str]],
    chance: random.Random,
) -> tuple[str, list[list[_Cell]]]:
    """The sheet's text and, by row and column, where entity and value stand."""
    head = chance.choice(domain.heads)
    heads = [chance.choice(column.heads) for column in columns]
    form = chance.choice(("named", "named", "named", "bare", "lines", "sentences"))
    intro = f"{head} {' '.join(heads)}\n" if form == "bare" and chance.random() < 0.7 else ""
    pieces, length = [intro], len(intro)
    found: list[list[_Cell]] = []
    for entity, row in zip(entities, cells, strict=True):
        here: list[_Cell] = []
        line = ""
        begin = 0
        if form in ("named", "bare"):
            line = f"{head}: {entity}" if form == "named" else entity
            begin = len(line) - len(entity)
        elif form == "lines":
            line = entity
        for column, name, value in zip(columns, heads, row, strict=True):
            if form == "sentences":
                said = column.says.format(e=entity, v=value)
                begin = len(line) + said.index(entity)
                at = len(line) + _place(column.says, entity)
                line += said + " "
            else:
                before = {"named": f" | {name}: ", "bare": " | ", "lines": f"\n{name}: "}[form]
                at = len(line) + len(before)
                line += before + value
            here.append(
                _Cell(
                    entity,
                    value,
                    (length + begin, length + begin + len(entity)),
                    (length + at, length + at + len(value)),
                )
            )
        line = line.rstrip()
        found.append(here)
        pieces.append(line + "\n")
        length += len(line) + 1
    return "".join(pieces).rstrip("\n"), found


def _place(says: str, entity: str) -> int:
    """Where the value begins in the sentence made from ``says``."""
    before = says[: says.index("{v}")]
    return len(before.format(e=entity)) if "{e}" in before else len(before)


def _row(title: str, ask: str, text: str, spans: tuple[tuple[int, int], ...]) -> Row:
    return Row(SOURCE, title, title, ask[:1].upper() + ask[1:], text, spans, bool(spans))
