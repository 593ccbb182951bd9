"""Twenty good files of different kinds, each with one fact that is asked for."""

from __future__ import annotations

import json
from email.message import EmailMessage

from hostile_files import body_xml, docx_bytes, page_stream, pdf_bytes
from hostile_text_files import epub_bytes, page
from office_files import odf_parts, pptx_parts, shape, text_cell, xlsx_parts, zipped

#: Lighthouse and keeper, a pair for each file.
KEEPERS = (
    ("Ardvane", "Tolland"), ("Brockmoor", "Ferrow"), ("Cawsey", "Lindqvist"),
    ("Dunmarrow", "Okafor"), ("Eastrigg", "Pelham"), ("Farnsay", "Quillan"),
    ("Gorsewick", "Rasmus"), ("Hollanby", "Stannard"), ("Inverlay", "Tregunna"),
    ("Jarrowby", "Ulverton"), ("Keldholm", "Vandermeer"), ("Lorneby", "Whitlock"),
    ("Mallowgate", "Yarwood"), ("Nettlestow", "Zellweg"), ("Oxcombe", "Abernethy"),
    ("Pendrift", "Bellweather"), ("Quarrend", "Castellan"), ("Rookhope", "Drummond"),
    ("Saltmere", "Eversley"), ("Tarnbeck", "Fotheringay"),
)  # fmt: skip


def fact(house: str, keeper: str) -> str:
    return f"The keeper of the {house} lighthouse is called {keeper}."


def question(house: str) -> str:
    return f"What is the keeper of the {house} lighthouse called?"


def _mail(said: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "ann@coast.example", "The lighthouse"
    mail.set_content(said + "\n")
    return mail.as_bytes()


_SHEET = "<sheetData><row>{}</row></sheetData>"
_NS = 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'


def good_files() -> dict[str, tuple[bytes, str, str]]:
    """By name: the bytes, the lighthouse, and its keeper."""
    said = [fact(*pair) for pair in KEEPERS]
    made: dict[str, bytes] = {
        "ardvane.txt": said[0].encode(),
        "brockmoor.md": f"# Coast\n\n{said[1]}\n".encode(),
        "cawsey.html": f"<html><body><h1>Coast</h1><p>{said[2]}</p></body></html>".encode(),
        "dunmarrow.csv": f"about,lamps\n{said[3]},3\n".encode(),
        "eastrigg.tsv": f"about\tlamps\n{said[4]}\t3\n".encode(),
        "farnsay.json": json.dumps([{"about": said[5]}]).encode(),
        "gorsewick.jsonl": (json.dumps({"about": said[6]}) + "\n").encode(),
        "hollanby.rst": f"Coast\n=====\n\n{said[7]}\n".encode(),
        "inverlay.rtf": f"{{\\rtf1\\ansi {said[8]}\\par}}".encode(),
        "jarrowby.eml": _mail(said[9]),
        "keldholm.py": f'"""{said[10]}"""\n\nLAMPS = 3\n'.encode(),
        "lorneby.log": f"2025-03-01 12:00:01 INFO {said[11]}\n".encode(),
        "mallowgate.epub": epub_bytes({"a.xhtml": page(f"<h1>Coast</h1><p>{said[12]}</p>")}),
        "nettlestow.docx": docx_bytes(body_xml(said[13])),
        "oxcombe.xlsx": zipped(xlsx_parts(_SHEET.format(text_cell("A1", said[14])))),
        "pendrift.pptx": zipped(pptx_parts(shape(said[15]))),
        "quarrend.odt": zipped(odf_parts("text", f"<text:p {_NS}>{said[16]}</text:p>")),
        "rookhope.pdf": pdf_bytes([page_stream(said[17])]),
        "saltmere.txt": ("\ufeff" + said[18]).encode("utf-16-le"),
        "tarnbeck.txt": (said[19] + " Übrigens: café, naïve.").encode("cp1252"),
    }
    return {name: (data, *pair) for (name, data), pair in zip(made.items(), KEEPERS, strict=True)}
