"""The list of documents as the page gets it: searched, in part, each with its way out."""

from __future__ import annotations

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
