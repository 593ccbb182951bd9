"""Where settings come from, which wins, and what is said when one is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import UsageError
from rag.places import documents_index, index_folder
from rag.settings import Settings, load_settings


def test_later_places_win(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("port = 1000\nmax_sentences = 2\nthreshold = 0.5\n")
    environment = {"FOOTNOTE_PORT": "2000", "FOOTNOTE_THRESHOLD": "0.6", "OTHER": "x"}
    settings = load_settings(file, environment, {"port": 3000})
    assert (settings.port, settings.threshold, settings.max_sentences) == (3000, 0.6, 2)
    assert settings.passages == Settings().passages


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prot = 1", "'prot', which is no setting"),
        ("port = 0", "from 1 to 65535"),
        ("port = 1.5", "a whole number"),
        ('port = "many"', "a whole number"),
        ("threshold = true", "a number"),
        ("threshold = 2", "from 0 to 1"),
        ("port = ", "not valid TOML"),
        ('reader = "best"', "built-in or evidence"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=said):
        load_settings(file, {})


def test_a_named_file_has_to_exist(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_settings(tmp_path / "none.toml", {})


def test_names_and_paths_of_indexes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_DATA", str(tmp_path))
    assert index_folder("work") == tmp_path / "indexes" / "work"
    assert index_folder("./work") == Path.cwd() / "work"
    for bad in ("", "a\nb", "x" * 101, "?"):
        with pytest.raises(UsageError):
            index_folder(bad)


def test_documents_have_one_index_however_they_are_written(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    assert documents_index([folder]) == documents_index([tmp_path / "x" / ".." / "docs"])
    assert documents_index([folder]) != documents_index([tmp_path / "other"])


def test_settings_made_in_python_are_checked_too() -> None:
    with pytest.raises(UsageError, match="max_sentences"):
        Settings(max_sentences=0)
