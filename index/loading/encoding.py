"""Bytes of a text file to characters: which encoding it is, and whether it is text at all.

Order: byte order mark, UTF-16 without one, UTF-8, then the old one-byte encodings. On the 11
syllabi of SyllabusQA (Mac Roman) charset-normalizer alone named cp1250, cp775 or hp-roman8, so
the two Western encodings in wide use are judged here by what their characters do to words, and
charset-normalizer is asked only about the rest.
"""

from __future__ import annotations

import codecs
import re

from index.loading.alphabets import other_encoding
from index.loading.limits import RefusedError
from index.types import SkipReason

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 65_536
_CONTROL = re.compile("[\x01-\x06\x0e-\x1a\x1c-\x1f\x7f]")
_CJK = re.compile("[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]")
_SURROGATE = re.compile(b"(\xed[\xa0-\xbf][\x80-\xbf])")
_MOSTLY_CONTROL = 0.05  #: random bytes have a tenth, text has none
_MOSTLY_NULS = 0.2  #: fixed-width exports pad with NULs here and there

# What tells a right guess from a wrong one is where a character outside ASCII stands.
_LETTERS = "àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœşğıÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ"
_GOOD = re.compile(
    r"(?<=[a-z])[àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœ]|[àáâãäåæçèéêëìíîïñòóôõöøùúûüœ](?=[a-z])"
    r"|(?:(?<=\s)|^)[ÀÁÂÃÄÅÆÇÈÉÊËÎÏÑÓÔÖØÚÜŒ](?=[a-z])|(?<=[a-zA-Z])’(?=[a-z])"
    r"|(?<=[\s(])[“‘«„](?=\S)|(?<=\S)[”’»](?=[\s).,;:]|$)|(?<=\s)[–—•·](?=\s)"
    r"|(?<=\d)[–°](?=[\d\sCF])|[€£§©®™](?=\s?\w)|(?<=\d)\s?[€£°]|…(?=\s|$)"
)
_BAD = re.compile(
    rf"(?<=[a-z])[ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ](?=[a-z\s])|(?<=\s)[{_LETTERS}](?=\s)"
    r"|(?<=[a-z])[¥¢£§©®¬¦±µ¶¤¨¯¸‰†‡Ž√∞≤≥∂∑∏π∫ΩŠ‹›ﬁﬂ‚„ˆ˜∆◊](?=[a-z])|[\x80-\x9f\ufffd]"
)
_WESTERN = ("cp1252", "mac_roman")


def decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Text of the bytes and warnings. Raises RefusedError when they are no text."""
    text, warnings = _decode(data)
    sample = text[:_SAMPLE]
    controls, nuls = len(_CONTROL.findall(sample)), sample.count("\0")
    if controls > _MOSTLY_CONTROL * len(sample) or nuls > _MOSTLY_NULS * len(sample):
        raise RefusedError(SkipReason.NOT_AS_NAMED, "binary data, not text")
    return text.removeprefix("\ufeff"), warnings


def _decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    for bom, name in _BOMS:
        if data.startswith(bom):
            return _tolerant(data, name)
    wide = _wide_without_bom(data[:_SAMPLE])
    if wide:
        return _tolerant(data, wide)
    if b"\x1b$" in data[:_SAMPLE]:  # Japanese mail: seven bits, and so valid UTF-8 as well
        try:
            return data.decode("iso2022_jp"), ()
        except UnicodeDecodeError:
            pass
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        pass
    text = _as_utf8(data)
    broken, seen = text.count("\ufffd"), text[:_SAMPLE].count("\ufffd")
    intact = sum(char > "\x7f" for char in text[:_SAMPLE]) - seen
    halves = len(_SURROGATE.findall(data[:_SAMPLE]))
    # A whole multi-byte character hardly ever arises by chance: then this is UTF-8 with scars.
    if not broken or (intact + halves and intact + 3 * halves >= 2 * seen):
        return text, (_scars(broken, "UTF-8"),) if broken else ()
    return _legacy(data)


def _as_utf8(data: bytes) -> str:
    """Taken for UTF-8; halves of surrogate pairs, as Java and Oracle write them, are joined."""
    if not _SURROGATE.search(data):
        return data.decode("utf-8", "replace")
    halves = b"".join(
        # Every other byte that is no UTF-8 becomes the mark, so that only halves are left over.
        piece if place % 2 else piece.decode("utf-8", "replace").encode()
        for place, piece in enumerate(_SURROGATE.split(data))
    ).decode("utf-8", "surrogatepass")
    return halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _tolerant(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    text = data.decode(name, "replace")
    broken = text.count("\ufffd")
    if not broken:
        return text, ()
    return text, (_scars(broken, name),)


def _scars(broken: int, encoding: str) -> str:
    said = "character was" if broken == 1 else "characters were"
    shown = "is" if broken == 1 else "are"
    return f"{broken:,} {said} not valid {encoding} and {shown} shown as \ufffd"


def _wide_without_bom(sample: bytes) -> str | None:
    """UTF-16 by its NULs: every second byte of Latin text, some bytes of Chinese text."""
    pairs = len(sample) // 2
    if pairs < 2 or b"\0" not in sample:
        return None
    even, odd = sample[0::2].count(0) / pairs, sample[1::2].count(0) / pairs
    if odd > 0.4 and even < 0.1:
        return "utf-16-le"
    if even > 0.4 and odd < 0.1:
        return "utf-16-be"
    ascii_share = sum(0x20 <= byte < 0x7F for byte in sample) / len(sample)
    # Two ASCII letters make a Chinese character when read as UTF-16; so text must not be ASCII.
    for name in ("utf-16-le", "utf-16-be") if ascii_share < 0.7 else ():
        try:
            text = codecs.getincrementaldecoder(name)().decode(sample[: pairs * 2])
        except UnicodeDecodeError:
            continue
        if text and len(_CJK.findall(text)) / len(text) > 0.6 and "\0" not in text:
            return name
    return None


def _legacy(data: bytes) -> tuple[str, tuple[str, ...]]:
    sample = _sample_of_high_bytes(data)
    scores = {name: _plausibility(sample.decode(name, "replace")) for name in _WESTERN}
    best = max(_WESTERN, key=lambda name: scores[name])
    other = other_encoding(sample, best)
    if other is not None:
        return data.decode(other, "replace"), (
            f"read as {other}, a guess: the file is not Unicode",
        )
    high = sum(byte > 0x7F for byte in sample)
    if scores[best] < 0.3 * high:  # not Western: Cyrillic, Greek, Chinese, Japanese, …
        from charset_normalizer import from_bytes

        match = from_bytes(sample).best()
        if match is not None and _is_other_script(str(match)):
            best = match.encoding
    return data.decode(best, "replace"), (f"read as {best}, a guess: the file is not Unicode",)


def _is_other_script(text: str) -> bool:
    """Most letters outside ASCII are not Latin: only there is the detector the better judge."""
    letters = [char for char in text if char > "\x7f" and char.isalpha()]
    return sum(char >= "\u0370" for char in letters) > 0.8 * len(letters)


def _sample_of_high_bytes(data: bytes) -> bytes:
    """A stretch that holds bytes above 0x7F: a long English text may have its first one late."""
    first = re.search(rb"[\x80-\xff]", data)
    start = max(0, (first.start() if first else 0) - 2_000)
    return data[start : start + _SAMPLE]


def _plausibility(text: str) -> float:
    return len(_GOOD.findall(text)) - 2.0 * len(_BAD.findall(text))
