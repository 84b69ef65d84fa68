from __future__ import annotations

import pytest

from bot.aftersales.threats import threatens
from bot.l10n.languages import SPOKEN
from bot.l10n.word_lists import word_lists

_THREATS = {
    "en": "If this isn't sorted by Friday I'm doing a CHARGEBACK and you'll hear from my lawyer",
    "de": "Ich habe die Sache heute meinem Anwalt übergeben",
    "fr": "sans réponse de votre part je saisis la DGCCRF et je porte plainte",
    "es": "mañana mismo pongo una denuncia en consumo y hablo con mi abogada",
    "it": "mi rivolgo a un avvocato, ci vediamo dal giudice di pace",
    "pt": "já abri reclamação no procon, próximo passo é pequenas causas",
    "nl": "dan laat ik de betaling terugdraaien en ga ik naar de geschillencommissie",
    "pl": "sprawę zgłaszam do rzecznika konsumentów, a potem pozew",
    "ru": "завтра же пишу в Роспотребнадзор и иду в суд",
    "tr": "tüketici hakem heyetine başvuracağım, avukatım ilgilenecek",
    "ar": "سأرفع شكوى إلى حماية المستهلك وأكلّف محاميا",
    "ja": "これ以上放置するなら消費生活センターと弁護士に相談します",
    "ko": "소비자원에 신고하고 소송까지 가겠습니다",
    "zh": "再不处理我就打12315投诉并起诉你们",
    "zh-TW": "再不處理我就找消保官，直接提告",
    "th": "ถ้าไม่คืนเงินจะร้องเรียน สคบ. และแจ้งความ",
    "sv": "nu polisanmäler jag er och går till Konsumentverket",
    "da": "så sender jeg sagen til min advokat",
    "no": "da klager jeg til Forbrukertilsynet og kontakter advokat",
    "fi": "vien asian kuluttajariitalautakuntaan",
    "cs": "obrátím se na ČOI a na právníka",
    "hu": "holnap megyek a fogyasztóvédelemhez, aztán jön az ügyvéd",
    "ro": "fac plângere la ANPC și vă dau în judecată",
    "el": "θα απευθυνθώ στον Συνήγορο του Καταναλωτή και σε δικηγόρο",
    "uk": "пишу скаргу в Держпродспоживслужбу і подаю позов",
    "bg": "ще подам жалба в КЗП и ще говоря с адвокат",
    "he": "אם לא תחזירו את הכסף אתבע אתכם בבית משפט",
    "hi": "पैसे नहीं मिले तो उपभोक्ता फोरम जाऊँगा",
    "id": "kalau begini saya tempuh jalur hukum lewat pengacara",
    "vi": "nếu không giải quyết tôi sẽ nhờ luật sư khởi kiện",
    "ms": "saya akan bawa kes ini ke tribunal pengguna",
    "fa": "از طریق پلیس فتا و وکیل پیگیری می‌کنم",
}


def test_every_spoken_language_has_words() -> None:
    assert set(word_lists("threats")["threats"]) == set(SPOKEN) == set(_THREATS)


@pytest.mark.parametrize("language", sorted(_THREATS))
def test_a_threat_is_noticed_in_its_language(language: str) -> None:
    assert threatens(_THREATS[language], language)


@pytest.mark.parametrize("language", sorted(_THREATS))
def test_english_threats_are_noticed_everywhere(language: str) -> None:
    assert threatens("I will see you in court", language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("the tennis court shoes are too small", "en"),
        ("please issue a refund, the tissue box came open", "en"),
        ("my order is for Sue Miller", "en"),
        ("is there a charge for sending it back?", "en"),
        ("die Jacke ist mir zu klein, ich möchte sie zurückgeben", "de"),
        ("je voudrais échanger le pull contre une taille au-dessus", "fr"),
        ("la camisa me queda pequeña, quiero devolverla", "es"),
        ("где моя посылка, жду уже две недели", "ru"),
        ("杯子碎了，我想退款", "zh"),
        ("靴のサイズが合わないので交換したい", "ja"),
        ("반품하고 싶어요", "ko"),
        ("أريد إرجاع الحذاء لأنه صغير", "ar"),
        ("", "en"),
    ],
)
def test_a_complaint_is_no_threat(text: str, language: str) -> None:
    assert not threatens(text, language)
