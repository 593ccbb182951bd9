"""Which language a text is in: the script decides, or the commonest small words.

A guess that says None rather than guess badly. No model and no table of n-grams: the documents'
language only steers search, and a wrong one would do more harm than none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

_SAMPLE_CHARS = 20_000
_MIN_WORDS = 12  #: fewer words of running text say too little
_MIN_SHARE = 0.15  #: of all words; running text in these languages has 25–45 % small words
_MIN_LEAD = 1.25  #: the best language must beat the next by this factor

_SMALL_WORDS = {
    "en": "the of and to in is that for it with as was on are be this by or not from which have "
    "at you an will can all any if they their has its your we our been were may must",
    "de": "der die das und ist nicht ein eine den von zu mit dem des sich auf für im auch als es "
    "an werden wird sind oder aus bei nach zum zur einer einen wir sie wie durch",
    "fr": "le la les de des et est un une du en que qui dans pour pas sur au avec par plus ce il "
    "sont ne se aux cette ou être nous vous ont son leur mais été",
    "es": "el la los las de y en que es un una por con no para del se al su como más lo este esta "
    "pero sus son ha o fue entre está también ser",
    "it": "il la le di e che è un una in per non del della con sono da dei si al nel alla come più "
    "gli lo anche delle o ha ma questo essere i",
    "pt": "o a os as de e que é um uma em para não do da com por dos das no na se mais como ao "
    "foi são ou seu sua pelo pela também ser",
    "nl": "de het een en van is in dat op te niet met voor zijn aan er om ook als bij door naar "
    "worden wordt of uit deze over maar heeft kan die",
    "sv": "och att det som en är på av för med den till inte om ett har de i kan från var vid så "
    "men eller ska detta också",
    "da": "og at det som en er på af for med den til ikke om et har de i kan fra var ved så men "
    "eller skal dette også blev hvor",
    "no": "og at det som en er på av for med den til ikke om et har de i kan fra var ved så men "
    "eller skal dette også ble hvor",
    "fi": "ja on ei että se oli kun mutta tai myös joka ovat niin kuin sen hän ole mukaan sekä "
    "voi ne olla vain jos",
    "pl": "i w na z nie się do jest że o to jak po za od dla przez przy oraz jego są lub może ma "
    "być był tym który która które",
    "cs": "a v na se je že s z do o pro i k po jako by ale jsou za od nebo bylo byl při jeho není "
    "které který která podle",
    "hu": "a az és hogy nem is egy ez meg csak el már vagy mint de ha volt kell lesz azt ezt még "
    "minden nagyon szerint között után amely ami",
    "ro": "și de la în a cu pe care nu este un o din se mai pentru ce ca sunt au al sau prin fi "
    "dar după fost acest această",
    "vi": "và của là có cho các được trong một không những với người để này từ khi đã theo về "
    "ngày hoặc tại đến năm",
    "id": "yang dan di ini dengan untuk dari dalam tidak akan pada itu ke adalah atau oleh juga "
    "sebagai telah dapat lebih harus saya anda",
    "tr": "ve bir bu için ile de da olarak çok daha olan gibi en ne kadar sonra değil ya ise her "
    "veya tarafından olduğu",
}
_WORD_SETS = {language: frozenset(words.split()) for language, words in _SMALL_WORDS.items()}
_SISTERS = {
    "da": frozenset("af blev nogle efter mellem sig hvad kun mig".split()),
    "no": frozenset("av ble noen etter mellom seg hva bare meg".split()),
}
_WORD = re.compile(r"[^\W\d_]+")
#: Scripts that name one language well enough; Han alone is read as Chinese unless kana stand by.
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("bn", re.compile("[\u0980-\u09ff]")),
    ("ta", re.compile("[\u0b80-\u0bff]")),
    ("te", re.compile("[\u0c00-\u0c7f]")),
    ("ka", re.compile("[\u10a0-\u10ff]")),
    ("hy", re.compile("[\u0530-\u058f]")),
)
_NAMES = {
    "ar": "Arabic", "bn": "Bengali", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek",
    "en": "English", "es": "Spanish", "fa": "Persian", "fi": "Finnish", "fr": "French",
    "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian",
    "it": "Italian", "ja": "Japanese", "ka": "Georgian", "ko": "Korean", "nl": "Dutch",
    "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sv": "Swedish", "ta": "Tamil", "te": "Telugu", "th": "Thai", "tr": "Turkish",
    "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
#: What the built-in embedder was trained on.
KNOWN = ("en",)
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_ARABIC = re.compile("[\u0600-\u06ff]")


def guess_language(text: str) -> str | None:
    """ISO 639-1 code of the text's language, or None when it cannot be told."""
    middle = max(0, len(text) // 2 - _SAMPLE_CHARS // 2)
    sample = text[middle : middle + _SAMPLE_CHARS].lower()
    letters = sum(map(str.isalpha, sample))
    if not letters:
        return None
    by_script = _by_script(sample, letters)
    if by_script:
        return by_script
    words = _WORD.findall(sample)
    if len(words) < _MIN_WORDS:
        return None
    counts = Counter(words)
    shares = sorted(
        (sum(counts[word] for word in known) / len(words), language)
        for language, known in _WORD_SETS.items()
    )
    (third, _), (second, runner), (best, language) = shares[-3:]
    if {runner, language} == _SISTERS.keys():
        # Danish and Norwegian share all but a few small words; these few decide.
        telling = {name: sum(counts[word] for word in own) for name, own in _SISTERS.items()}
        language = max(telling, key=lambda name: telling[name])
        second = best if len(set(telling.values())) == 1 else third
    return language if best >= _MIN_SHARE and best >= second * _MIN_LEAD else None


def language_name(code: str) -> str:
    """English name of a language, its code where we have none."""
    return _NAMES.get(code, code)


def foreign_warning(language: str | None) -> str | None:
    """What to say of one document whose language the built-in embedder does not know."""
    if language is None or language in KNOWN:
        return None
    said = f"it is in {language_name(language)}"
    return f"{said}: an embedder that knows only English finds it by its words alone"


def foreign_note(
    languages: Iterable[str | None], known: Sequence[str] | None = KNOWN
) -> str | None:
    """A sentence on documents in languages that the embedder does not know; None for none.

    ``known`` is None for an embedder of many languages.
    """
    if known is None:
        return None
    counts = Counter(code for code in languages if code is not None and code not in known)
    if not counts:
        return None
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    said = ", ".join(f"{count:,} in {language_name(code)}" for code, count in ordered)
    many = sum(counts.values()) > 1
    are, they = ("documents are", "they are") if many else ("document is", "it is")
    return (
        f"{sum(counts.values()):,} {are} in a language that the embedder does not know ({said}): "
        f"{they} found by words alone; a multilingual embedder finds more."
    )


def _by_script(sample: str, letters: int) -> str | None:
    for language, script in _SCRIPTS:
        share = len(script.findall(sample)) / letters
        # Japanese mixes kana with Han, so a tenth of kana is already plain.
        if share > (0.1 if language == "ja" else 0.4):
            return language
    if len(_CYRILLIC.findall(sample)) / letters > 0.4:
        return "uk" if re.search("[іїєґ]", sample) else "ru" if re.search("[ыэ]", sample) else None
    if len(_ARABIC.findall(sample)) / letters > 0.4:
        return "fa" if re.search("[پچژگ]", sample) else "ar"
    return None
