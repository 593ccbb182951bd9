from test_index_loading_ocr import scanned_pdf, needs_tesseract
from index.loading import tesseract
from index import syncing
from index.index import Index
from conftest import lexical_sources, all_sources
@needs_tesseract
def test_scans_are_read_again_once_tesseract_is_there(tmp_path, embedder, loads, monkeypatch):
    docs = tmp_path / "docs"; docs.mkdir()
    (docs / "scan.pdf").write_bytes(scanned_pdf(1)); (docs / "part.pdf").write_bytes(scanned_pdf(1, spoken=True)); (docs/"ja.txt").write_text("納期は注文を受けてから十日以内とする。"*3)
    with Index.open(tmp_path / "i", embedder) as index:
        with monkeypatch.context() as p:
            p.setattr(tesseract, "languages", tuple); p.setattr(syncing, "available", lambda: False)
            r = index.sync([docs]); assert len(r.skipped) == 1 and len(r.added) == 2; print(r.foreign)
            assert "1 in Japanese" in r.foreign
            n = len(loads); index.sync([docs]); assert len(loads) == n
        r = index.sync([docs])
        assert not r.skipped, r.skipped
        assert len(loads) == n + 2, loads
        with index.snapshot() as s:
            assert lexical_sources(s, "harbour dredged") == {"scan.pdf", "part.pdf"}
        n = len(loads); index.sync([docs]); assert len(loads) == n
