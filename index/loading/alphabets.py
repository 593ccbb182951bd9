"""Which old encoding makes a text out of bytes: judged by the letters that a language has.

Decoded wrongly, a text has letters of no one language: Polish read as Western has ¿ and ³ within
words. Statistics of byte pairs (charset-normalizer) need more text than a short file has.
"""

from __future__ import annotations

import re

_ALPHABETS = tuple(
    frozenset(letters + letters.upper())
    for letters in (
        "äöüß",  # German
        "àâæçéèêëîïôœùûüÿ",  # French
        "áéíñóúü¿¡ªº",  # Spanish
        "àèéìíòóù",  # Italian
        "àáâãçéêíóôõúüªº",  # Portuguese
        "åäöéæø",  # Swedish, Danish, Norwegian, Finnish
        "áæðéíóöúýþ",  # Icelandic
        "áéëïóöúü",  # Dutch
        "àçèéíïòóúü·",  # Catalan
        "ąćęłńóśźż",  # Polish
        "áčďéěíňóřšťúůýž",  # Czech
        "áäčďéíĺľňóôŕšťúýž",  # Slovak
        "áéíóöőúüű",  # Hungarian
        "čćđšž",  # Croatian, Slovene
        "ăâîșțşţ",  # Romanian
        "çğıöşüâîû",  # Turkish
    )
)
_TURKISH_I = frozenset("İI")
_SIGNS = frozenset("“”‘’‚„–—…•·«»€£§©®™°²³½¼¾±×µ¶†\u00a0\u00ad")
_DOS_SIGNS = frozenset("§£½¼²°±·«»\u00a0")
_OTHERS = ("cp1250", "iso8859-2", "cp1254", "cp850", "cp437")
_SURE = 0.95  #: of the characters outside ASCII are of one language
_WELL_SAID = 0.98  #: then the Western reading stands
_FINAL = re.compile("[ךםןףץ]")
_FINAL_AT_END = re.compile("[ךםןףץ](?![א-ת])")
_NOT_FINAL_AT_END = re.compile("[כמנפצ](?![א-ת'\"])")
_WITHIN_LATIN = re.compile("[a-zA-Z][א-ת]|[א-ת][a-zA-Z]")
_COMMON_THAI = frozenset("านรอกเงม")  #: a third of Thai text
_THAI_MARK = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")
_THAI_MARK_IN_PLACE = re.compile(
    "(?<=[\u0e01-\u0e2e\u0e31\u0e34-\u0e3a\u0e47-\u0e4e])[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]"
)


def explained(text: str) -> float:
    """Greatest share of the characters outside ASCII that one language accounts for, 0 to 1."""
    return _share(text, _SIGNS)


def _share(text: str, signs: frozenset[str]) -> float:
    high = [char for char in text if char > "\x7f" and char not in signs]
    if not high:
        return 1.0
    return max(
        sum(char in alphabet or char in _TURKISH_I for char in high) for alphabet in _ALPHABETS
    ) / len(high)


def other_encoding(data: bytes, western: str) -> str | None:
    """An encoding that explains the bytes plainly better than the Western one; None for none."""
    said = explained(data.decode(western, "replace"))
    if said >= _WELL_SAID:
        return None
    if is_hebrew(data):
        return "cp1255"
    if is_thai(data):
        return "cp874"
    scores: list[tuple[float, int, str]] = []
    for place, name in enumerate(_OTHERS):
        text = data.decode(name, "replace")
        signs = _DOS_SIGNS if name in ("cp850", "cp437") else _SIGNS
        scores.append((_share(text, signs), -place, name))
    best, _, name = max(scores)
    return name if best >= _SURE and best > said + 0.02 else None


def is_hebrew(data: bytes) -> bool:
    """Final letters stand at the ends of words, and only there: in no other script by chance."""
    text = data.decode("cp1255", "replace")
    final, at_end = len(_FINAL.findall(text)), len(_FINAL_AT_END.findall(text))
    wrong = len(_NOT_FINAL_AT_END.findall(text))
    letters = sum("א" <= char <= "ת" for char in text)
    high = sum(char > "\x7f" for char in text)
    if len(_WITHIN_LATIN.findall(text)) > 0.02 * letters:
        return False
    return final >= 3 and letters > 0.8 * high and at_end > 0.9 * final and wrong < 0.2 * final


def is_thai(data: bytes) -> bool:
    """Signs for vowels and tones stand behind consonants; a sixth and more of the text are such."""
    text = data.decode("cp874", "replace")
    letters = sum("\u0e01" <= char <= "\u0e5b" for char in text)
    high = sum(char > "\x7f" for char in text)
    marks, placed = len(_THAI_MARK.findall(text)), len(_THAI_MARK_IN_PLACE.findall(text))
    if sum(char in _COMMON_THAI for char in text) < 0.25 * letters:
        return False
    return letters > 0.95 * high and marks > 0.1 * letters and placed > 0.95 * marks
