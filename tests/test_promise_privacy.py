"""Nothing leaves the machine: a whole session with the real command, models and HTTP, watched.

Where the system allows it, it takes place inside a network namespace that holds nothing but
loopback, so that whatever needed the outside would fail as well as be seen.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from torture_web.session import called, heard, is_here

ROOT = Path(__file__).resolve().parents[1]


@cache
def alone() -> tuple[str, ...]:
    """What to put before a command so that it runs where there is no network."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return ()
    way = (
        "unshare",
        "--map-root-user",
        "--net",
        "sh",
        "-c",
        'ip link set lo up && exec "$@"',
        "sh",
    )
    done = subprocess.run([*way, "true"], capture_output=True, check=False, timeout=30)
    return way if done.returncode == 0 else ()


def session(folder: Path, *flags: str) -> dict[str, object]:
    command = [sys.executable, "-m", "tests.torture_web.session", str(folder), *flags]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*alone(), *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    data = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(data, dict)
    return data


def test_a_whole_session_reaches_for_nothing_and_works(tmp_path: Path) -> None:
    seen = session(tmp_path)
    assert seen["outside"] == []
    assert seen["traceback"] is False
    assert isinstance(seen["done"], list)
    assert len(seen["done"]) >= 14
    assert seen["processes"] >= 3  # type: ignore[operator]  # the chat and those that parse and draw
    assert seen["done"][-1] == "the page says 0 refused"


def test_an_attempt_on_purpose_is_seen_refused_and_told(tmp_path: Path) -> None:
    seen = session(tmp_path, "--leak")
    assert seen["refused_on_purpose"] == ["OutsideError", "OutsideError"]
    assert "192.0.2.1" in str(seen["outside"])
    assert "tell.example" in str(seen["outside"])
    assert seen["done"][-1] == "the page says 2 refused"  # type: ignore[index]


def test_without_a_route_the_outside_cannot_be_reached() -> None:
    if not alone():
        pytest.skip("this system does not allow network namespaces")
    script = "import socket; socket.create_connection(('192.0.2.1', 9), timeout=2)"
    done = subprocess.run(
        [*alone(), sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert "unreachable" in done.stderr


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("127.0.0.1", True),
        ("http://127.0.0.1:7860/x", True),
        ("[::1]:80", True),
        ("localhost", True),
        ("data:text/plain,x", True),
        ("192.0.2.1:9", False),
        ("https://evil.example/", False),
        ("//evil.example/x", False),
        ("127.0.0.1.evil.example", False),
        ("[2001:db8::1]:443", False),
    ],
)
def test_here_and_outside_are_told_apart(address: str, here: bool) -> None:
    assert is_here(address) is here


def test_the_logs_are_read_rightly(tmp_path: Path) -> None:
    log = tmp_path / "seen.jsonl"
    lines = [
        {"pid": 1, "event": "started", "given": ["chat"]},
        {
            "pid": 1,
            "event": "socket.connect",
            "given": ["AddressFamily.AF_INET", "('127.0.0.1', 1)"],
        },
        {
            "pid": 2,
            "event": "socket.connect",
            "given": ["AddressFamily.AF_INET", "('192.0.2.1', 9)"],
        },
        {"pid": 2, "event": "socket.connect", "given": ["AddressFamily.AF_UNIX", "/run/x"]},
        {"pid": 2, "event": "socket.getaddrinfo", "given": ["tell.example", "80", "0"]},
        {"pid": 2, "event": "socket.getaddrinfo", "given": ["127.0.0.1", "80", "0"]},
    ]
    log.write_text("\n".join(map(json.dumps, lines)))
    outside, processes, inside = heard(log)
    assert (len(outside), processes, inside) == (2, 2, 3)
    calls = tmp_path / "calls.txt"
    line = "7 connect(3, {{sa_family={}, sin_port=htons(1), {}}}, 16) = 0"
    lines_called = [
        line.format("AF_INET", 'sin_addr=inet_addr("127.0.0.1")'),
        line.format("AF_INET", 'sin_addr=inet_addr("10.0.0.2")'),
        line.format("AF_UNIX", 'sun_path="/run/x"'),
        line.format("AF_INET6", 'inet_pton(AF_INET6, "2001:db8::1", &sin6_addr)'),
    ]
    calls.write_text("\n".join(lines_called))
    outside, inside = called(calls)
    assert (len(outside), inside) == (2, 1)
