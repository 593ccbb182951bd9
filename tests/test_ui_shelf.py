"""The list of documents as the page gets it: searched, in part, each with its way out."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from ui_assistant import Paced, paced

from index.types import DocumentInfo
from ui.documents import matching
from ui.shelf import SEARCHED_FROM, SHELF_PAGE
from ui.web import build_app

MANY = SHELF_PAGE + 22


def client_of(assistant: Paced) -> TestClient:
    return TestClient(build_app(assistant), base_url="http://127.0.0.1:7860")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    files = {f"note-{n:04d}.md": f"# Note {n}\n\nBoat {n} is called Wren." for n in range(MANY)}
    return client_of(paced(tmp_path_factory.mktemp("many"), files))


def test_every_document_can_be_reached(many: TestClient) -> None:
    first = many.get("/api/documents").json()
    assert first["searched"]
    assert first["count"] == MANY
    assert first["html"].count("fn-choose") == SHELF_PAGE
    assert f"{SHELF_PAGE} of {MANY} shown" in first["html"]
    whole = many.get("/api/documents", params={"shown": 2 * SHELF_PAGE}).json()["html"]
    assert whole.count("fn-choose") == MANY
    assert "more-documents" not in whole


@pytest.mark.parametrize(
    ("words", "found"), [("note-0221", 1), ("NOTE 22", 4), ("wren", 0), ("note 22 .md", 4)]
)
def test_documents_are_found_by_title_and_file_name(
    many: TestClient, words: str, found: int
) -> None:
    html = many.get("/api/documents", params={"words": words}).json()["html"]
    assert html.count("fn-choose") == found
    assert f"{found} of {MANY} documents" in html


def test_names_of_copies_are_searched_and_folders_are_not() -> None:
    one = DocumentInfo("a", ("/secret/x.md", "/y/Straße.md"), "Title", "en", None, None, 1)
    assert matching([one], "STRASSE title") == [one]
    assert matching([one], "secret") == []


def test_a_short_list_has_no_search(tmp_path: Path) -> None:
    few = {f"{n}.md": f"Boat {n} is called Wren." for n in range(SEARCHED_FROM - 1)}
    data = client_of(paced(tmp_path, few)).get("/api/documents").json()
    assert not data["searched"]
    assert "all ready" in data["html"]


@pytest.mark.parametrize("params", [{"shown": "0"}, {"shown": "x"}, {"words": "x" * 201}])
def test_a_malformed_listing_gets_one_sentence(many: TestClient, params: dict[str, str]) -> None:
    answer = many.get("/api/documents", params=params)
    assert answer.status_code == 422
    assert list(answer.json()) == ["error"]


def test_a_removed_file_of_a_followed_folder_stays_out_until_it_is_taken_back(
    tmp_path: Path,
) -> None:
    made = paced(tmp_path, {"boat.md": "The boat is called Wren.", "mill.md": "The mill is old."})
    client = client_of(made)
    boat = next(info for info in made.documents() if info.source.endswith("boat.md"))
    client.post("/api/documents/remove", json={"document": boat.id})
    synced = client.post("/api/documents/sync", json={}).text.splitlines()[-1]
    assert json.loads(synced)["summary"] == "Everything is up to date (1 file)."
    assert [info.title for info in made.documents()] == ["mill"]
    html = client.get("/api/documents").json()["html"]
    assert "1 file left out by you" in html
    assert "not read" not in html
    assert not made.ask("Where is the boat moored?").to_dict()["refusal"]["unreadable"]  # type: ignore[index]
    (file,) = re.findall(r'data-action="take-back" data-id="(\w+)"', html)
    last = client.post("/api/files/take-back", json={"file": file}).text.splitlines()[-1]
    assert json.loads(last)["outcomes"][0]["words"] == "is new"
    assert {info.title for info in made.documents()} == {"boat", "mill"}
    assert client.post("/api/files/take-back", json={"file": file}).status_code == 422


def test_a_file_that_could_not_be_read_can_be_removed(tmp_path: Path) -> None:
    made = paced(tmp_path, {"boat.md": "The boat is called Wren.", "own.pdf": "no PDF"})
    client = client_of(made)
    sent = client.post("/api/files", params={"name": "broken.pdf"}, content=b"no PDF either")
    files = [{"id": sent.json()["id"], "name": "broken.pdf"}]
    client.post("/api/documents/add", json={"files": files})
    html = client.get("/api/documents").json()["html"]
    assert "2 files not read" in html
    for file in re.findall(r'data-action="remove-unread" data-id="(\w+)"', html):
        html = client.post("/api/files/remove", json={"file": file}).json()["html"]
    assert "not read" not in html
    assert "1 file left out by you" in html
    assert not (made.index.uploads / "broken.pdf").exists()
    assert (tmp_path / "documents" / "own.pdf").exists()
    client.post("/api/documents/sync", json={})
    assert made.skipped() == ()


def test_only_a_date_that_is_the_files_is_said_to_be_so(tmp_path: Path) -> None:
    mail = "From: a@b.example\nDate: Mon, 02 Mar 2020 10:00:00 +0000\nSubject: Boat\n\nIt is Wren."
    made = paced(tmp_path, {"boat.eml": mail, "mill.md": "The mill is old."})
    assert {info.title: info.file_date for info in made.documents()} == {
        "Boat": False,
        "mill": True,
    }
    html = client_of(made).get("/api/documents").json()["html"]
    assert html.count("file saved") == 1
    assert ">2 March 2020<" in html
