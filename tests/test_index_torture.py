"""Short forms of the campaigns on durability (``make torture``), each in a process of its own; and
that each of them sees what it is there to see."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def campaign(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.torture", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )


def passes(*arguments: str) -> None:
    done = campaign(*arguments)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    if "skipped" in done.stdout:
        pytest.skip(done.stdout.splitlines()[-1])
    assert " 0 failures" in done.stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks, and reads /proc")
@pytest.mark.parametrize(
    "arguments",
    [
        ("faults", "--sample", "5"),
        ("power", "--sample", "2"),
        ("kills", "--sample", "30"),
        ("full", "--sample", "2"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_nothing_is_lost_or_half(arguments: tuple[str, ...]) -> None:
    """Failing steps, power cuts, SIGKILL, full disks."""
    passes(*arguments)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks, and reads /proc")
@pytest.mark.parametrize(
    ("kind", "sabotage"),
    [
        ("power", "catalog-not-flushed"),
        ("power", "vectors-not-flushed"),
        ("faults", "documents-in-halves"),
        ("faults", "errors-as-they-come"),
    ],
)
def test_a_fault_made_on_purpose_is_seen(kind: str, sabotage: str) -> None:
    done = campaign(kind, "--sample", "30", "--stop", "--sabotage", sabotage)
    if "skipped" in done.stdout:
        pytest.skip(done.stdout.splitlines()[-1])
    assert done.returncode == 1, done.stdout[-2000:]
    assert "FAILED" in done.stdout
