"""Old encodings, languages, and documents in scripts that the built-in embedder does not know."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import CountingEmbedder, all_sources, lexical_sources
from hypothesis import given
from hypothesis import strategies as st

from index.index import Index
from index.loading.encoding import decode
from index.loading.language import foreign_note, guess_language, language_name

CONTRACT = {
    "ru": "Настоящий договор вступает в силу с момента его подписания обеими сторонами и "
    "действует до конца года. Срок поставки товара составляет десять дней, и этот срок мы "
    "не продлеваем; эти дни рабочие.",
    "uk": "Цей договір набирає чинності з моменту підписання обома сторонами і діє до кінця "
    "року. Строк поставки її товару становить десять днів.",
    "el": "Η παρούσα συμφωνία τίθεται σε ισχύ από την ημερομηνία υπογραφής της και ισχύει μέχρι "
    "το τέλος του έτους.",
    "pl": "Niniejsza umowa wchodzi w życie z dniem podpisania przez obie strony i obowiązuje do "
    "końca roku. Źródła i gęś należy zgłosić później.",
    "cs": "Tato smlouva nabývá účinnosti dnem podpisu oběma stranami a platí do konce roku. "
    "Dodací lhůta je deset dnů od objednávky, která byla přijata, a o zpoždění se píše "
    "ihned.",
    "hu": "Ez a szerződés az aláírás napján lép hatályba, és az év végéig érvényes. A "
    "szállítási határidő tíz nap, a díj később fizetendő, fűtéssel együtt.",
    "tr": "Bu sözleşme imza tarihinde yürürlüğe girer ve yıl sonuna kadar geçerlidir. Teslim "
    "süresi on gündür, ödeme şartları aşağıda açıklanmıştır.",
    "ja": "本契約は両当事者が署名した日に発効し、年末まで有効とする。納期は注文を受けてから十日"
    "以内とし、遅れた場合は通知する。",
    "zh": "本合同自双方签字之日起生效，有效期至年底。交货期为收到订单后十天，如有延误应当立即通"
    "知对方。",
    "zh-tw": "本合約自雙方簽字之日起生效，有效期至年底。交貨期為收到訂單後十天，如有延誤應當立即通"
    "知對方。",
    "ko": "본 계약은 양 당사자가 서명한 날부터 효력이 발생하며 연말까지 유효하다. 납품 기한은 "
    "주문을 받은 후 열흘이다.",
    "he": "הסכם זה נכנס לתוקף ביום חתימתו על ידי שני הצדדים ויהיה בתוקף עד סוף השנה.",
    "ar": "تدخل هذه الاتفاقية حيز التنفيذ من تاريخ توقيعها من قبل الطرفين وتبقى سارية حتى نهاية "
    "السنة.",
    "th": "สัญญานี้มีผลใช้บังคับนับแต่วันที่ลงนามโดยทั้งสองฝ่ายและมีผลจนถึงสิ้นปี",
    "de": "Die Größe der Fläche beträgt für die Übung zwölf Meter; die Straße läuft über den "
    "Hügel.",
    "fr": "Le présent contrat entre en vigueur à la date de sa signature ; où que ce soit, le "
    "délai de livraison est fixé à dix jours, même après l’été.",
    "es": "El presente contrato entrará en vigor el día de su firma y será válido hasta fin de "
    "año; ¿cuándo? El plazo será de diez días según la compañía.",
    "en": "The “Agreement” – signed in a café – isn’t valid for £100 or more, as the naïve "
    "buyer might have thought it was.",
}
ENCODINGS = [
    *(("ru", name) for name in ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac_cyrillic")),
    *(("uk", name) for name in ("cp1251", "koi8-u")),
    *((language, name) for language in ("pl", "cs", "hu") for name in ("cp1250", "iso8859-2")),
    *(("ja", name) for name in ("shift_jis", "euc_jp", "iso2022_jp")),
    *(("de", name) for name in ("cp1252", "mac_roman", "cp850", "cp437")),
    *((language, name) for language in ("fr", "es", "en") for name in ("cp1252", "mac_roman")),
    *(("tr", name) for name in ("cp1254", "iso8859-9")),
    *(("el", name) for name in ("cp1253", "iso8859-7")),
    *(("ko", name) for name in ("euc_kr", "cp949")),
    *(("zh", name) for name in ("gb18030", "gbk")),
    ("zh-tw", "big5"),
    ("he", "cp1255"),
    ("ar", "cp1256"),
    ("th", "cp874"),
]


@pytest.mark.parametrize("times", [1, 6])
@pytest.mark.parametrize(("language", "encoding"), ENCODINGS)
def test_old_encodings_of_a_short_text_are_told(language: str, encoding: str, times: int) -> None:
    text = "\n".join([CONTRACT[language]] * times)
    assert decode(text.encode(encoding))[0] == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("language", CONTRACT)
def test_unicode_in_any_form_is_told(language: str, encoding: str) -> None:
    text = CONTRACT[language]
    if encoding in ("utf-16-le", "utf-16-be") and language not in ("en", "de"):
        pytest.skip("without a mark only Latin text is told from other encodings")
    assert decode(text.encode(encoding)) == (text, ())


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=200))
def test_ascii_is_never_taken_for_anything_else(text: str) -> None:
    assert decode(text.encode()) == (text, ())


@pytest.mark.parametrize("language", CONTRACT)
def test_language_of_a_text_is_noted(language: str) -> None:
    assert guess_language(CONTRACT[language] * 2) == language.partition("-")[0]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("da", "Aftalen gælder til årets udgang, og den kan ikke siges op af nogle af parterne"),
        ("no", "Avtalen gjelder til årets slutt, og den kan ikke sies opp av noen av partene"),
    ],
)
def test_danish_is_told_from_norwegian(language: str, text: str) -> None:
    assert guess_language(f"{text}. " * 3) == language


@pytest.mark.parametrize(
    "text", ["", "42 1987 3.5", "X100 GmbH", "Lorem ipsum", "def f(x): return x"]
)
def test_too_little_text_has_no_language(text: str) -> None:
    assert guess_language(text) is None


def test_foreign_documents_are_said_to_be_so() -> None:
    assert foreign_note(["en", None, "en"]) is None
    note = foreign_note(["ja", "en", "de", "ja", None])
    assert note is not None
    assert "2 in Japanese, 1 in German" in note
    assert foreign_note(["ja"], known=("en", "ja")) is None
    assert foreign_note(["ja"], known=None) is None  # a multilingual embedder
    assert language_name("xx") == "xx"


FILES = {
    "zh.txt": (CONTRACT["zh"], "gb18030", "交货期是几天？"),
    "ja.md": ("# 契約\n\n" + CONTRACT["ja"], "shift_jis", "納期は何日以内ですか"),
    "ko.html": (f"<h1>계약</h1><p>{CONTRACT['ko']}</p>", "utf-8", "납품 기한은 며칠입니까?"),
}


@pytest.mark.parametrize("name", FILES)
def test_cjk_documents_are_found_by_a_question_in_their_language(
    tmp_path: Path, embedder: CountingEmbedder, name: str
) -> None:
    """Through a real index and the real sandbox: read, chunked, committed, searched."""
    folder = tmp_path / "docs"
    folder.mkdir()
    for file, (text, encoding, _) in FILES.items():
        (folder / file).write_bytes(text.encode(encoding))
    (folder / "en.txt").write_text("Goods are delivered within ten days. " * 5)
    with Index.open(tmp_path / "index", embedder) as index:
        report = index.sync([folder])
        assert not report.skipped
        with index.snapshot() as snapshot:
            assert all_sources(snapshot) == {*FILES, "en.txt"}
            assert lexical_sources(snapshot, FILES[name][2]) == {name}
            infos = list(snapshot.infos().values())
            languages = {Path(info.source).name: info.language for info in infos}
            warned = {Path(d.source).name: snapshot.document(d.id).warnings for d in infos}
    assert languages[name] == name[:2]
    assert any("finds it by its words alone" in warning for warning in warned[name])
    assert warned["en.txt"] == ()
