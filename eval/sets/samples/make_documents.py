"""Set the samples in ``sources/`` as PDF, Office, RTF and EPUB files in ``documents/``.

Needs reportlab, python-docx, python-pptx and openpyxl, and this project installed:
``python eval/sets/samples/make_documents.py [FOLDER]``. The output is the same on every run with
the same libraries. The samples that are text (TXT, MD, HTML, RST, CSV, JSON, EML) are written by
hand and not touched here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from eval.sets.samples.markup import Source, parse
from eval.sets.samples.write_office import write_docx, write_odt, write_pptx, write_xlsx
from eval.sets.samples.write_pdf import write_pdf
from eval.sets.samples.write_text import write_epub, write_rtf

HERE = Path(__file__).resolve().parent
FORMATS: Mapping[str, str] = {
    "cloth-fair-2025": ".pptx",
    "instrument-price-list": ".xlsx",
    "lift-contract-2019": ".rtf",
    "lift-contract-2024": ".odt",
    "river-wenlow-report": ".pdf",
    "staff-handbook": ".docx",
    "tarn-e2-manual": ".pdf",
    "tenancy-agreement": ".pdf",
    "travel-policy-2024": ".docx",
    "walking-the-wenlow": ".epub",
    "xiaomi-globalisation-memo": ".docx",
    "xiaomi-patent-briefing": ".pdf",
}
WRITERS: Mapping[str, Callable[[Source], bytes]] = {
    ".docx": write_docx,
    ".epub": write_epub,
    ".odt": write_odt,
    ".pdf": write_pdf,
    ".pptx": write_pptx,
    ".rtf": write_rtf,
    ".xlsx": write_xlsx,
}


def make(folder: Path, names: Iterable[str] = tuple(FORMATS)) -> list[Path]:
    """Write the named documents into ``folder`` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in names:
        source = parse((HERE / "sources" / f"{name}.txt").read_text(encoding="utf-8"))
        path = folder / f"{name}{FORMATS[name]}"
        path.write_bytes(WRITERS[path.suffix](source))
        written.append(path)
    return written


if __name__ == "__main__":
    for made in make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "documents"):
        print(made)
