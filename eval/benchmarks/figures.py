"""What a benchmark hands back, the machine it ran on, and both as text. Measures nothing itself."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from eval.benchmarks.plots import Plot
from eval.metrics import mean


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number; ``value`` is None where there was nothing to measure."""

    name: str
    value: float | None
    unit: str = ""  #: "%" shows a ratio in 0–1 as a percentage


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of one benchmark, with the settings that a repeat needs."""

    name: str
    setting: str
    figures: tuple[Figure, ...]
    plots: tuple[Plot, ...] = ()


def share(name: str, hits: Sequence[bool]) -> Figure:
    """The share of hits as a percentage, None of nothing."""
    return Figure(name, mean([float(hit) for hit in hits]), "%")


def format_value(figure: Figure) -> str:
    """The number with its unit: three significant digits, or "–"."""
    if figure.value is None:
        return "–"
    if figure.unit == "%":
        return f"{100 * figure.value:.1f} %"
    value = f"{figure.value:,.0f}" if abs(figure.value) >= 100 else f"{figure.value:.3g}"
    return f"{value} {figure.unit}".rstrip()


def table(result: Result) -> RenderableType:
    """A result for the terminal."""
    out = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    out.add_column()
    out.add_column(justify="right", style="bold")
    for figure in result.figures:
        out.add_row(figure.name, format_value(figure))
    return Group(Text(f"{result.name}: {result.setting}", style="bold"), out)


def markdown(results: Sequence[Result], command: str) -> str:
    """A page of results: the machine, the command, and a table for each benchmark."""
    lines = ["# Performance", "", f"Measured with `{command}` on {machine()}.", ""]
    for result in results:
        lines += section(result)
    return "\n".join(lines)


def section(result: Result) -> list[str]:
    """The lines of one result on a page: its setting and a table."""
    return [
        f"## {result.name}",
        "",
        f"{result.setting}.",
        "",
        "| figure | value |",
        "|---|---:|",
        *(f"| {figure.name} | {format_value(figure)} |" for figure in result.figures),
        "",
    ]


def machine() -> str:
    """The machine in a line: what makes a figure faster or slower elsewhere, and the day."""
    import torch

    model, flags = _processor()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    fast = {"amx_bf16": "AMX", "avx512_bf16": "AVX512-BF16", "avx512f": "AVX-512"}
    known = [name for flag, name in fast.items() if flag in flags] or ["neither AMX nor AVX-512"]
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{model}, {cores} cores, {', '.join(known)}, {gpu}, Python {platform.python_version()}, "
        f"torch {torch.__version__}, {platform.system()}{load}, {datetime.now(UTC):%Y-%m-%d}"
    )


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of memory of this process: now, and the most it ever held."""

    now: int
    peak: int


def resident_bytes() -> Memory | None:
    """Memory that this process holds, None where the system does not say."""
    listing = Path("/proc/self/status")
    if not listing.is_file():
        return None
    lines = (line.partition(":") for line in listing.read_text(encoding="ascii").splitlines())
    held = {key: value.split()[0] for key, _, value in lines if key in ("VmRSS", "VmHWM")}
    return Memory(1024 * int(held["VmRSS"]), 1024 * int(held["VmHWM"]))


def _processor() -> tuple[str, frozenset[str]]:
    """Model name and feature flags; no flags where the system does not list them."""
    found: dict[str, str] = {}
    listing = Path("/proc/cpuinfo")
    if listing.is_file():
        for line in listing.read_text(encoding="utf-8", errors="replace").splitlines():
            key, _, value = line.partition(":")
            found.setdefault(key.strip(), value.strip())
    name = found.get("model name") or platform.processor() or platform.machine()
    return name, frozenset(found.get("flags", "").split())
