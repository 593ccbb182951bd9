"""RTF's words that stand for characters, encodings, or groups to keep or pass over. Values only."""

from __future__ import annotations

import codecs

#: Control words that are one character.
CHARACTERS = {
    "tab": "\t",
    "line": "\n",
    "lbr": "\n",
    "emdash": "—",
    "endash": "–",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "emspace": " ",
    "enspace": " ",
}

#: Groups that are read, and what is made of them.
KEPT = {
    "fonttbl": "fonttbl",
    "stylesheet": "stylesheet",
    "info": "info",
    "title": "title",
    "revtim": "revtim",
    "creatim": "creatim",
    "footnote": "note",
    "listtext": "marker",
    "pntext": "marker",
    "fldrslt": "body",
    "shptxt": "body",
    "nesttableprops": "nest",
    "shpinst": "shape",
    "sp": "skip",
    "shppict": "skip",
}

#: Groups that hold nothing a reader sees where they stand.
SKIPPED = frozenset(
    "colortbl pict object nonshppict fldinst header headerl headerr headerf footer footerl footerr "
    "footerf themedata colorschememapping datastore xmlnstbl listtable listoverridetable rsidtbl "
    "generator bkmkstart bkmkend ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn annotation atnid "
    "atnauthor atntime atnref atnicn atndate atnparent tc xe pntxta pntxtb pnseclvl author "
    "operator subject keywords doccomm company manager category comment printim buptim userprops "
    "mmathPr filetbl revtbl latentstyles pgptbl wgrffmtfilter nonesttables".split()
)

#: Encoding by the number of a font's character set.
PAGES = {
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    134: "gb18030",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}


def codec(page: int) -> str:
    """The encoding of a Windows code page; Western European where Python does not know it."""
    name = {65001: "utf-8", 936: "gb18030", 10000: "mac_roman"}.get(page, f"cp{page}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"
