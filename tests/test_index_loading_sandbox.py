"""The sandbox: one child process parses file after file, is stopped in time and replaced."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import UnreadableError
from index.loading import Limits, Sandbox, digest, supported
from index.loading import sandbox as sandbox_module
from index.loading.formats import document_id
from index.loading.frames import read_frame, write_frame
from index.loading.limits import RefusedError
from index.loading.sandbox import read_file
from index.types import SkipReason

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(seconds=8, memory_mb=1024, file_mb=20)) as opened:
        yield opened


def test_id_comes_from_bytes_and_loader(sandbox: Sandbox, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_bytes(b"same words")
    first = sandbox.load(tmp_path / "a.txt", "a.txt")
    second = sandbox.load(tmp_path / "b.txt", "b.txt")
    assert first.id == second.id == document_id(first.loader, b"same words")
    assert len(first.id) == 32
    assert sandbox.parse(b"same words", "c.md").id != first.id
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_missing_permission_is_named(tmp_path: Path) -> None:
    path = tmp_path / "closed.txt"
    path.write_text("x")
    path.chmod(0)
    if os.name == "nt" or os.access(path, os.R_OK):
        pytest.skip("this user may read every file")
    with pytest.raises(RefusedError) as refused:
        read_file(path, Limits())
    assert refused.value.reason is SkipReason.NO_PERMISSION


def test_permission_error_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "closed.txt"
    path.write_text("x")

    def denied(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", denied)
    with pytest.raises(RefusedError) as refused:
        read_file(path, Limits())
    assert refused.value.reason is SkipReason.NO_PERMISSION


@pytest.mark.parametrize("code", [errno.EIO, errno.EMFILE, errno.ESTALE])
def test_a_failing_disk_is_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x")

    def fail(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "open", fail)
    with pytest.raises(RefusedError) as refused:
        read_file(path, Limits())
    assert refused.value.reason is SkipReason.UNREADABLE
    assert refused.value.detail == os.strerror(code)


def test_no_room_for_a_parser_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(subprocess, "Popen", fail)
    with Sandbox() as opened, pytest.raises(UnreadableError) as refused:
        opened.parse(b"words", "a.txt")
    assert refused.value.skipped.reason is SkipReason.UNREADABLE


def test_a_closed_sandbox_starts_no_child() -> None:
    opened = Sandbox()
    opened.parse(b"words", "a.txt")
    opened.close()
    with pytest.raises(RuntimeError, match="closed"):
        opened.parse(b"words", "a.txt")
    assert opened._child is None


def test_file_that_grows_while_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "growing.txt"
    path.write_text("first words")
    # fstat is first asked after opening, so the file grows between open and read.
    before = os.fstat

    calls = iter((True, False))

    def fstat(descriptor: int) -> os.stat_result:
        found = before(descriptor)
        if next(calls, False):
            with path.open("a") as file:
                file.write(" and more")
        return found

    monkeypatch.setattr(os, "fstat", fstat)
    with pytest.raises(RefusedError) as refused:
        read_file(path, Limits())
    assert refused.value.reason is SkipReason.CHANGED


def test_crash_of_the_parser_is_damage_and_the_next_file_loads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crashing = sandbox_module._START.replace(
        "sys.exit(main",
        "import index.loading.worker as w, ctypes; "
        "real = w.respond; w.respond = lambda data, *rest: "
        "ctypes.string_at(0) if data == b'crash' else real(data, *rest); sys.exit(main",
    )
    monkeypatch.setattr(sandbox_module, "_START", crashing)
    with Sandbox(Limits(seconds=10)) as opened:
        with pytest.raises(UnreadableError) as refused:
            opened.parse(b"crash", "a.txt")
        assert refused.value.skipped.reason is SkipReason.DAMAGED
        assert "the parser crashed" in refused.value.skipped.detail
        assert opened.parse(b"fine", "b.txt").text == "fine"


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        ("__import__('time').sleep(60)", SkipReason.TOO_SLOW),
        ("bytearray(3_000_000_000)", SkipReason.TOO_MUCH_MEMORY),
    ],
)
def test_slow_and_greedy_parsers_are_stopped(
    monkeypatch: pytest.MonkeyPatch, act: str, reason: SkipReason
) -> None:
    if reason is SkipReason.TOO_MUCH_MEMORY and not sys.platform.startswith("linux"):
        pytest.skip("only Linux enforces the limit on address space")
    greedy = sandbox_module._START.replace(
        "sys.exit(main",
        "import index.loading.worker as w; real = w.parse; "
        f"w.parse = lambda data, *rest: {act} if data == b'bad' else real(data, *rest); "
        "sys.exit(main",
    )
    monkeypatch.setattr(sandbox_module, "_START", greedy)
    with Sandbox(Limits(seconds=2, memory_mb=1024)) as opened:
        with pytest.raises(UnreadableError) as refused:
            opened.parse(b"bad", "a.txt")
        assert refused.value.skipped.reason is reason
        assert opened.parse(b"fine", "b.txt").text == "fine"


def test_child_is_replaced_after_many_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_module, "_FILES_PER_CHILD", 2)
    with Sandbox() as opened:
        children = set()
        for _ in range(5):
            opened.parse(b"words", "a.txt")
            assert opened._child is not None
            children.add(opened._child._process.pid)
    assert len(children) == 3


def test_works_from_a_folder_with_a_misleading_module(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json was imported')")
    code = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}]; sys.path.remove('')\n"
        "from index.loading import Sandbox\n"
        "with Sandbox() as s: print(s.parse(b'words', 'a.txt').text)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == "words", done.stderr


def test_two_threads_may_share_a_sandbox(sandbox: Sandbox) -> None:
    found: list[str] = []

    def work(mark: str) -> None:
        found.extend(sandbox.parse(f"{mark} {n}".encode(), "a.txt").text for n in range(10))

    threads = [threading.Thread(target=work, args=(mark,)) for mark in ("left", "right")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted(f"{mark} {n}" for mark in ("left", "right") for n in range(10))


def test_parser_may_print_without_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    noisy = sandbox_module._START.replace(
        "sys.exit(main",
        "import index.loading.worker as w; real = w.parse; "
        "w.parse = lambda *a: (print('noise'), real(*a))[1]; sys.exit(main",
    )
    monkeypatch.setattr(sandbox_module, "_START", noisy)
    with Sandbox() as opened:
        assert opened.parse(b"words", "a.txt").text == "words"


def test_frames_round_trip_and_refuse_too_long_ones() -> None:
    stream = io.BytesIO()
    write_frame(stream, {"source": "a\nb"}, b"\0\xff")
    stream.seek(0)
    assert read_frame(stream, 10) == ({"source": "a\nb"}, b"\0\xff")
    stream.seek(0)
    with pytest.raises(ValueError, match="over the limit"):
        read_frame(stream, 1)
    with pytest.raises(EOFError):
        read_frame(io.BytesIO(b"\0\0"), 10)


@pytest.mark.parametrize(
    "name",
    ["A.PDF", "README", "Makefile", "app.log.1", "app.log-20240131", "syslog.2", "To Dr. Smith"],
)
def test_supported_goes_by_the_name_in_any_case(name: str) -> None:
    assert supported(Path(name))


@pytest.mark.parametrize(
    "name", ["a.exe", "a.pem", "id_rsa", "id_ed25519.1", ".env", "lib.so.1", "old.txt.bak"]
)
def test_programs_keys_and_hidden_files_are_not_supported(name: str) -> None:
    assert not supported(Path(name))


def test_closing_does_not_wait_for_a_slow_parse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "slow.md"
    path.write_text("# Slow\n\nWords.\n")
    # A child that answers nothing stands for a parser that never comes to an end.
    monkeypatch.setattr(sandbox_module, "_START", "import time; time.sleep(60)")
    sandbox = Sandbox(Limits(seconds=50))
    ended: list[object] = []

    def load() -> None:
        with pytest.raises(UnreadableError):
            sandbox.load(path, path.name)
        ended.append(None)

    thread = threading.Thread(target=load)
    thread.start()
    while sandbox._child is None:
        time.sleep(0.01)
    started = time.monotonic()
    sandbox.close()
    thread.join(10)
    assert ended
    assert time.monotonic() - started < 10


def test_time_for_ocr_reaches_the_child() -> None:
    """What a parser may spend on pictures hangs on the limit that the sandbox was given."""
    with Sandbox(Limits(seconds=0.4)) as opened, pytest.raises(UnreadableError) as refused:
        opened.parse(b"II*\0" + bytes(1000), "a.tif")
    assert refused.value.skipped.reason in (
        SkipReason.TOO_SLOW,
        SkipReason.IMAGE_ONLY,
        SkipReason.DAMAGED,
    )
