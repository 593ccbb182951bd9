"""Scans are read again once there is a program for them; other languages are named."""

from __future__ import annotations

from conftest import lexical_sources
from test_index_loading_ocr import needs_tesseract, scanned_pdf

from index import parsing
from index.index import Index
from index.loading import tesseract


@needs_tesseract
def test_scans_are_read_again_once_tesseract_is_there(tmp_path, embedder, loads, monkeypatch):
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "scan.pdf").write_bytes(scanned_pdf(1))
    (docs / "part.pdf").write_bytes(scanned_pdf(1, spoken=True))
    (docs / "ja.txt").write_text("納期は注文を受けてから十日以内とする。" * 3, encoding="utf-8")
    with Index.open(tmp_path / "i", embedder) as index:
        with monkeypatch.context() as patched:
            patched.setattr(tesseract, "languages", tuple)
            patched.setattr(parsing, "available", lambda: False)
            report = index.sync([docs])
            assert (len(report.skipped), len(report.added)) == (1, 2)
            assert "1 in Japanese" in report.foreign
            read = len(loads)
            index.sync([docs])
            assert len(loads) == read  # without the program nothing is tried again
        assert not index.sync([docs]).skipped
        assert len(loads) == read + 2
        with index.snapshot() as snapshot:
            assert lexical_sources(snapshot, "harbour dredged") == {"scan.pdf", "part.pdf"}
        index.sync([docs])
        assert len(loads) == read + 2
