"""What to do with files of kinds that are not read: most programs can save them as one that is."""

from __future__ import annotations

from pathlib import PurePath

#: File suffix (lower case, with its dot) to what a person can do.
_REMEDIES = {
    **dict.fromkeys(".doc .dot .wpd .wps .pages .fodt".split(), "save it as .docx"),
    **dict.fromkeys(".xls .xlt .xlsb .numbers .fods".split(), "save it as .xlsx"),
    **dict.fromkeys(".ppt .pps .pot .fodp".split(), "save it as .pptx"),
    ".key": "a presentation can be saved as .pptx",
    ".msg": "save it as .eml",
    **dict.fromkeys(".pst .ost".split(), "save its mails as .eml or .mbox"),
    **dict.fromkeys(".mht .mhtml .webarchive .maff".split(), "save the page as .html"),
    **dict.fromkeys(".mobi .azw .azw3 .fb2 .lit".split(), "convert it to .epub"),
    **dict.fromkeys(".djvu .ps .eps .xps .oxps .vsd .vsdx .pub .one .odg".split(), "save as .pdf"),
    **dict.fromkeys(".heic .heif .avif".split(), "save it as .jpg"),
    **dict.fromkeys(".zip .rar .7z .tar .gz .tgz .bz2 .xz".split(), "unpack it"),
    **dict.fromkeys(".gdoc .gsheet .gslides".split(), "it is only a link: download the document"),
}


def kind_of(source: str) -> str:
    """What files of this name are called together: the suffix, or that there is none."""
    suffix = PurePath(source.replace("\\", "/")).suffix.lower()
    return suffix if suffix.strip(".") and " " not in suffix else "no suffix"


def remedy(kind: str) -> str:
    """What helps with files of a kind, or nothing."""
    return _REMEDIES.get(kind, "")


def detail(source: str) -> str:
    """The kind of a file that is not read, and what helps."""
    kind = kind_of(source)
    return f"{kind}: {remedy(kind)}" if remedy(kind) else kind
