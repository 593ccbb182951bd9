"""All measurements of speed and size on one page, with their plots: docs/performance.md.

Runs the benchmarks one after the other. With ``keep``, a folder, what is measured already is not
measured again, so that a run that was stopped goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from eval.benchmarks import embedding, figures, indexing, reading, scale, speed, vectors_at_size
from eval.benchmarks.figures import Figure, Result
from eval.benchmarks.plots import Line, Plot, svg
from index.errors import UsageError

_ABOUT = """\
How fast Footnote indexes and searches, and what it takes of memory and disk. All text and all
vectors are generated, the same each time, so that the page can be made again anywhere. Times are
medians. Sizes above ten thousand passages are made up of vectors that no model gave, because
embedding that much takes hours; all else there is real.
"""


def measure(*, rivals: Path | None = None, keep: Path | None = None) -> list[Result]:
    """Every part, in the order of the page."""
    parts: dict[str, Callable[[], Result]] = {
        "embedding": embedding.measure,
        "indexing": lambda: indexing.measure(rivals=rivals),
        "reading": reading.measure,
        "speed": speed.measure,
        "scale": scale.measure,
        "vectors": vectors_at_size.measure,
    }
    return [_kept(name, part, keep) for name, part in parts.items()]


def page(results: Sequence[Result], command: str, images: str) -> tuple[str, dict[str, str]]:
    """The page, and the plots by file name; ``images`` is where the page finds them."""
    lines = ["# Performance", "", _ABOUT]
    lines += [f"Measured with `{command}` on {figures.machine()}.", ""]
    plots: dict[str, str] = {}
    for result in results:
        lines += figures.section(result)
        for plot in result.plots:
            name = "performance-" + plot.name.lower().replace(" ", "-") + ".svg"
            plots[name] = svg(plot)
            lines += [f"![{plot.name}: {plot.y_axis}, by {plot.x_axis}]({images}/{name})", ""]
    return "\n".join(lines), plots


def write(path: Path, results: Sequence[Result], command: str) -> None:
    """Write the page, and its plots to the folder ``images`` beside it."""
    text, plots = page(results, command, "images")
    images = path.parent / "images"
    try:
        images.mkdir(parents=True, exist_ok=True)
        for name, drawn in plots.items():
            (images / name).write_text(drawn, encoding="utf-8")
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path} could not be written ({error.strerror}): name a file in a folder you may "
            "write to."
        ) from None


def _kept(name: str, part: Callable[[], Result], keep: Path | None) -> Result:
    if keep is None:
        return part()
    path = keep / f"{name}.json"
    if path.is_file():
        return from_json(path.read_text(encoding="utf-8"))
    result = part()
    keep.mkdir(parents=True, exist_ok=True)
    path.write_text(to_json(result), encoding="utf-8")
    return result


def to_json(result: Result) -> str:
    """A result as text; inverse of `from_json`."""
    return json.dumps(asdict(result), indent=1)


def from_json(text: str) -> Result:
    """Inverse of `to_json`."""
    data: Mapping[str, list[Mapping[str, object]]] = json.loads(text)
    return Result(
        str(data["name"]),
        str(data["setting"]),
        tuple(
            Figure(str(one["name"]), _number(one["value"]), str(one["unit"]))
            for one in data["figures"]
        ),
        tuple(_plot(one) for one in data["plots"]),
    )


def _plot(data: Mapping[str, object]) -> Plot:
    lines: object = data["lines"]
    assert isinstance(lines, list)
    return Plot(
        str(data["name"]),
        str(data["x_axis"]),
        str(data["y_axis"]),
        tuple(
            Line(str(line["name"]), tuple((float(x), float(y)) for x, y in line["points"]))
            for line in lines
        ),
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
