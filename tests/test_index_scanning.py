"""Which files a folder holds: ignore files, links, special files, odd names."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from conftest import write_files

from index.errors import UsageError
from index.scanning import scan, source_name
from index.types import SkipReason


def names(root: Path) -> list[str]:
    """Paths below the root that the scan found, closed ones included."""
    top, found = os.path.abspath(root), scan(root)
    return [os.path.relpath(file.source, top) for file in [*found.files, *found.closed]]


def test_hidden_and_lock_files_are_left_out(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        dict.fromkeys(
            [
                "a.txt", "sub/b.txt", ".hidden.txt", ".git/config.txt", "sub/.cache/x.txt",
                "~$letter.docx", "node_modules/readme.md", "__pycache__/x.txt",
            ],
            "x",
        ),
    )  # fmt: skip
    assert names(tmp_path) == ["a.txt", "sub/b.txt"]


def test_a_hidden_root_is_read_all_the_same(tmp_path: Path) -> None:
    write_files(tmp_path / ".notes", {"a.txt": "x"})
    assert names(tmp_path / ".notes") == ["a.txt"]


def test_ignore_files_nest_and_negate(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            ".gitignore": "*.log.txt\nbuild/\n/top.txt\n!keep.log.txt\n",
            ".footnoteignore": "secret*\n!secret-not.txt\n",
            "a.txt": "x", "b.log.txt": "x", "keep.log.txt": "x", "top.txt": "x",
            "secret.txt": "x", "secret-not.txt": "x",
            "build/c.txt": "x",
            "sub/top.txt": "x", "sub/d.log.txt": "x",
            "sub/.footnoteignore": "!d.log.txt\ne.txt\n",
            "sub/e.txt": "x", "sub/deeper/e.txt": "x", "other/e.txt": "x",
        },
    )  # fmt: skip
    assert names(tmp_path) == [
        "a.txt", "keep.log.txt", "other/e.txt", "secret-not.txt", "sub/d.log.txt", "sub/top.txt",
    ]  # fmt: skip


def test_ignore_files_agree_with_git(tmp_path: Path) -> None:
    """Git itself as the oracle, where it is installed."""
    try:
        subprocess.run(["git", "init", "-q", tmp_path], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs git to compare with")
    write_files(
        tmp_path,
        {
            ".gitignore": "*.txt\n!/keep/\n!k*.txt\n/sub/**/x.md\nfoo[0-9].md\n\\#h.md\nq?.md\na/b",
            "keep/.gitignore": "*\n!one.txt\n",
            **dict.fromkeys(
                ["a.txt", "k1.txt", "keep/one.txt", "keep/k2.txt", "sub/x.md", "sub/a/b/x.md",
                 "foo1.md", "foox.md", "#h.md", "q1.md", "q12.md", "a/b/c.md", "z/a/b/c.md"],
                "x",
            ),
        },
    )  # fmt: skip
    listing = ["git", "-C", str(tmp_path), "ls-files", "-z", "--others", "--exclude-standard"]
    shown = subprocess.run(listing, check=True, capture_output=True, text=True).stdout.split("\0")
    assert names(tmp_path) == sorted(n for n in shown if n and ".gitignore" not in n)


def test_lines_that_are_no_pattern_are_passed_over(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {".gitignore": "\ufeff!\n[z-a]\n\\\nb.txt\n\0\n", "a.txt": "x", "b.txt": "x"},
    )
    assert names(tmp_path) == ["a.txt"]


def test_links_out_of_the_root_are_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write_files(tmp_path, {"outside/secret.txt": "x", "root/in.txt": "x", "root/sub/deep.txt": "x"})
    (root / "out.txt").symlink_to(tmp_path / "outside" / "secret.txt")
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "etc.txt").symlink_to("/etc/passwd")
    (root / "within.txt").symlink_to(root / "sub" / "deep.txt")
    (root / "chain.txt").symlink_to(root / "out.txt")
    (root / "dangling.txt").symlink_to(root / "nothing")
    (root / "device.txt").symlink_to("/dev/zero")
    assert names(root) == ["in.txt", "sub/deep.txt", "within.txt"]


def test_link_loops_end(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.txt": "x", "sub/b.txt": "x"})
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")
    (tmp_path / "one.txt").symlink_to(tmp_path / "two.txt")
    (tmp_path / "two.txt").symlink_to(tmp_path / "one.txt")
    assert names(tmp_path) == ["a.txt", "sub/b.txt"]


def test_a_root_that_is_a_link_is_followed(tmp_path: Path) -> None:
    write_files(tmp_path, {"real/a.txt": "x"})
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert names(tmp_path / "link") == ["a.txt"]


def test_special_files_are_listed_and_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    os.mkfifo(tmp_path / ".gitignore")
    assert names(tmp_path) == ["pipe.txt"]
    assert len(scan(tmp_path / "pipe.txt").files) == 1


def test_odd_names_stay_apart(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    odd = [b"a\xff.txt", b"a\xfe.txt", b"two\nlines.txt", b"<img src=x>.txt", b"n" * 251 + b".txt"]
    for name in odd:
        with open(os.path.join(folder, name), "wb") as file:
            file.write(b"x")
    found = scan(tmp_path).files
    assert len({file.source for file in found}) == len(odd)
    for file in found:
        file.source.encode("utf-8")
        assert file.path.stat().st_size == file.size == 1
    assert {"a\\xff.txt", "two\nlines.txt"} <= set(names(tmp_path))


def test_folders_nested_deeper_than_python_recurses(tmp_path: Path) -> None:
    where = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1100):
        os.mkdir("d", dir_fd=where)
        deeper = os.open("d", os.O_RDONLY, dir_fd=where)
        os.close(where)
        where = deeper
    file = os.open("deep.txt", os.O_CREAT | os.O_WRONLY, dir_fd=where)
    os.close(file)
    os.close(where)
    try:
        assert [found.path.name for found in scan(tmp_path).files] == ["deep.txt"]
    finally:  # pytest's own cleaning recurses
        subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)


def test_a_date_beyond_the_catalog_is_cut(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.txt": "x"})
    try:
        os.utime(tmp_path / "a.txt", (10**11, 10**11))
    except (OSError, OverflowError):
        pytest.skip("this file system keeps no such dates")
    assert abs(scan(tmp_path).files[0].mtime_ns) < 2**63


def test_sources_are_absolute_and_plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {"docs/a.txt": "x"})
    monkeypatch.chdir(tmp_path)
    expected = str(tmp_path / "docs" / "a.txt")
    assert [file.source for file in scan(Path("docs/../docs")).files] == [expected]
    assert source_name(Path("docs/a.txt")) == expected
    assert [file.source for file in scan(Path("docs/a.txt")).files] == [expected]


@pytest.mark.parametrize("name", ["nothing", "file.txt/below", "n" * 300, "null\0byte"])
def test_a_missing_root_is_misuse(tmp_path: Path, name: str) -> None:
    write_files(tmp_path, {"file.txt": "x"})
    with pytest.raises(UsageError, match="no file or folder"):
        scan(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open every folder")
def test_closed_folders_with_real_rights(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.txt": "x", "closed/b.txt": "x"})
    (tmp_path / "closed").chmod(0)
    try:
        assert names(tmp_path) == ["a.txt", "closed"]
        with pytest.raises(UsageError, match="permission denied"):
            scan(tmp_path / "closed")
    finally:
        (tmp_path / "closed").chmod(0o700)


def test_closed_folders_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {"a.txt": "x", "closed/b.txt": "x", "closed/.gitignore": "x"})
    really = os.scandir

    def scandir(path: Path) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return really(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert names(tmp_path) == ["a.txt", "closed"]
    with pytest.raises(UsageError, match="permission denied"):
        scan(tmp_path / "closed")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(13, "Permission denied"), SkipReason.NO_PERMISSION),
        (OSError(5, "Input/output error"), SkipReason.UNREADABLE),
        (OSError(24, "Too many open files"), SkipReason.UNREADABLE),
        (FileNotFoundError(2, "No such file"), None),
        (NotADirectoryError(20, "Not a directory"), None),
    ],
)
def test_only_what_is_missing_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, reason: SkipReason | None
) -> None:
    write_files(tmp_path, {"a.txt": "x", "bad/b.txt": "x", "torn.txt": "x"})
    scandir, status = os.scandir, Path.stat

    def fail_in_folder(path: Path) -> object:
        if Path(path).name == "bad":
            raise error
        return scandir(path)

    def fail_at_file(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if path.name == "torn.txt":
            raise error
        return status(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(os, "scandir", fail_in_folder)
    monkeypatch.setattr(Path, "stat", fail_at_file)
    found = scan(tmp_path)
    assert [file.path.name for file in found.files] == ["a.txt"]
    closed = {Path(skipped.source).name: skipped.reason for skipped in found.closed}
    assert closed == ({} if reason is None else {"bad": reason, "torn.txt": reason})


def test_a_root_that_fails_or_goes_meanwhile_is_not_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "disk"
    write_files(root, {"a.txt": "x", "sub/b.txt": "x"})
    really = os.scandir

    def unplug(path: Path) -> object:
        entries = list(really(path))
        root.rename(tmp_path / "taken")
        return entries

    def fail(path: Path) -> object:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", fail)
        with pytest.raises(UsageError, match="Input/output error"):
            scan(root)
    monkeypatch.setattr(os, "scandir", unplug)
    with pytest.raises(UsageError, match="no file or folder"):
        scan(root)


def test_an_ignore_file_closed_to_us_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path, {"a.txt": "x", ".gitignore": "a.txt"})

    def refuse(path: Path, *_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    assert names(tmp_path) == ["a.txt"]
