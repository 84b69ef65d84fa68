from __future__ import annotations

from datetime import date

import pytest

from bot.l10n.languages import LANGUAGES
from bot.nlu.entities.extract import extract
from bot.nlu.entities.order_number import OrderNumberPatterns
from bot.nlu.entities.phrases import plain
from bot.nlu.lexicon import lexicon

PATTERNS = OrderNumberPatterns.compile([r"(?:PL)?\d{8}"], [r"\d{6,10}", r"[A-Z]{1,4}\d{5,10}"])
TODAY = date(2026, 11, 22)
WITHOUT_LISTS = next(code for code, language in LANGUAGES.items() if not language.is_spoken)


def shares(text: str, language: str = "en") -> list[str]:
    return [span.value for span in extract(text, language, TODAY, PATTERNS) if span.entity == "share"]


SHARES = [
    ("en", "I'd accept 40%", "40"),
    ("en", "give me half back and we're done", "50"),
    ("en", "two thirds of the price", "67"),
    ("en", "I want everything back", "100"),
    ("en", "1/3 of the price", "33"),
    (WITHOUT_LISTS, "1/3 of the price", "33"),
    ("de", "mindestens 30 Prozent", "30"),
    ("de", "die Hälfte vom Preis", "50"),
    ("de", "ein Drittel des Kaufpreises bitte", "33"),
    ("de", "ich will den vollen Betrag", "100"),
    ("fr", "20 pour cent, pas moins", "20"),
    ("fr", "je veux la moitié du prix", "50"),
    ("fr", "remboursez-moi la totalité", "100"),
    ("es", "un 25 por ciento", "25"),
    ("es", "quiero la mitad del dinero", "50"),
    ("es", "devuélvanme todo el dinero", "100"),
    ("it", "il 35 per cento", "35"),
    ("it", "voglio la metà dei soldi", "50"),
    ("it", "un terzo del prezzo", "33"),
    ("pt", "pelo menos 15 por cento", "15"),
    ("pt", "quero metade do valor", "50"),
    ("pt", "quero o valor total", "100"),
    ("nl", "dertig is te weinig, 45 procent", "45"),
    ("nl", "ik wil de helft terug", "50"),
    ("nl", "het volledige bedrag graag", "100"),
    ("pl", "co najmniej 20 procent", "20"),
    ("pl", "proszę o zwrot połowy ceny", "50"),
    ("pl", "chcę całą kwotę", "100"),
    ("ru", "минимум 30 процентов", "30"),
    ("ru", "верните половину стоимости", "50"),
    ("ru", "треть цены хотя бы", "33"),
    ("ru", "требую полную сумму", "100"),
    ("tr", "%50 iade istiyorum", "50"),
    ("tr", "yüzde 40 olsun", "40"),
    ("tr", "paranın yarısını verin", "50"),
    ("tr", "paramın tamamını istiyorum", "100"),
    ("ar", "أريد ٥٠٪", "50"),
    ("ar", "30 بالمئة على الأقل", "30"),
    ("ar", "أريد نصف المبلغ", "50"),
    ("ar", "ابغى المبلغ كامل", "100"),
    ("ar", "3ayez noss el floos", "50"),
    ("ja", "３０％返金してください", "30"),
    ("ja", "半額でいいです", "50"),
    ("ja", "3割なら納得します", "30"),
    ("ja", "全額返金してほしい", "100"),
    ("ko", "30퍼센트 환불해 주세요", "30"),
    ("ko", "절반은 돌려주세요", "50"),
    ("ko", "전액 환불 원합니다", "100"),
    ("zh", "退我30%", "30"),
    ("zh", "退一半吧", "50"),
    ("zh", "百分之五十可以", "50"),
    ("zh", "打八折行吗", "20"),
    ("zh", "我要全额退款", "100"),
    ("zh-TW", "退三分之一的錢", "33"),
    ("zh-TW", "我要全額退費", "100"),
    ("zh-TW", "至少退一半", "50"),
    ("th", "ขอ ๕๐ เปอร์เซ็นต์", "50"),
    ("th", "คืนเงินครึ่งหนึ่งได้ไหม", "50"),
    ("th", "ขอคืนเงินเต็มจำนวน", "100"),
    ("sv", "minst 25 procent", "25"),
    ("sv", "jag vill ha halva priset tillbaka", "50"),
    ("sv", "hela beloppet, tack", "100"),
    ("da", "mindst 30 procent", "30"),
    ("da", "giv mig halvdelen af pengene", "50"),
    ("da", "jeg vil have det fulde beløb", "100"),
    ("no", "40 prosent takk", "40"),
    ("no", "jeg vil ha halvparten tilbake", "50"),
    ("no", "hele beløpet", "100"),
    ("fi", "vähintään 20 prosenttia", "20"),
    ("fi", "haluan puolet hinnasta", "50"),
    ("fi", "koko summan takaisin", "100"),
    ("cs", "aspoň 30 procent", "30"),
    ("cs", "chci polovinu peněz", "50"),
    ("cs", "chci celou částku", "100"),
    ("hu", "legalább 30 százalékot", "30"),
    ("hu", "kérem az ár felét", "50"),
    ("hu", "a teljes összeget kérem", "100"),
    ("ro", "măcar 30 la sută", "30"),
    ("ro", "vreau jumătate din bani", "50"),
    ("ro", "vreau suma totală", "100"),
    ("el", "τουλάχιστον 30 τοις εκατό", "30"),
    ("el", "θέλω τα μισά λεφτά", "50"),
    ("el", "θέλω ολόκληρο το ποσό", "100"),
    ("uk", "хоча б 30 відсотків", "30"),
    ("uk", "поверніть половину вартості", "50"),
    ("uk", "хочу повну суму", "100"),
    ("bg", "поне 30 процента", "30"),
    ("bg", "искам половината от парите", "50"),
    ("bg", "искам пълната сума", "100"),
    ("he", "לפחות 30 אחוז", "30"),
    ("he", "אני רוצה חצי מהכסף", "50"),
    ("he", "אני רוצה את כל הכסף", "100"),
    ("hi", "कम से कम ३० प्रतिशत", "30"),
    ("hi", "आधे पैसे वापस कीजिए", "50"),
    ("hi", "mujhe pura paisa chahiye", "100"),
    ("hi", "aadha refund de do", "50"),
    ("id", "minimal 30 persen", "30"),
    ("id", "kembalikan setengah uang saya", "50"),
    ("id", "saya minta sepertiga harga", "33"),
    ("vi", "ít nhất 30 phần trăm", "30"),
    ("vi", "trả lại một nửa số tiền", "50"),
    ("vi", "hoàn toàn bộ số tiền cho tôi", "100"),
    ("ms", "sekurang-kurangnya 30 peratus", "30"),
    ("ms", "saya nak separuh harga", "50"),
    ("ms", "saya mahu jumlah penuh", "100"),
    ("fa", "حداقل ۳۰ درصد", "30"),
    ("fa", "نصف پولم را می‌خواهم", "50"),
    ("fa", "کل مبلغ را برگردانید", "100"),
]


@pytest.mark.parametrize(("language", "text", "share"), SHARES)
def test_a_part_of_the_price_is_found(language: str, text: str, share: str) -> None:
    assert shares(text, language) == [share]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "half past three"),
        ("en", "I need half a size bigger"),
        ("en", "the third order this year"),
        ("en", "size 42 1/2"),
        ("en", "delivered on 1/2"),
        ("en", "half of the parcel is missing"),
        ("en", "everything is broken"),
        ("en", "it is not 100% cotton"),
        ("en", "an hour and a half"),
        ("en", "order 10482733"),
        ("en", "I paid the full price"),
        ("de", "alles kaputt"),
        ("de", "um halb acht"),
        ("de", "seit anderthalb Jahren"),
        ("fr", "tout est cassé"),
        ("fr", "à huit heures et demi"),
        ("es", "todo bien"),
        ("es", "las tres y medio"),
        ("it", "tutto rotto"),
        ("nl", "om half negen"),
        ("pl", "wszystko jest dobrze"),
        ("ru", "все понятно"),
        ("ru", "полчаса назад"),
        ("vi", "tôi không muốn nữa"),
        ("zh", "一半都坏了"),
        ("zh", "折断了"),
        ("ja", "半分壊れていました"),
        ("sv", "klockan halv åtta"),
    ],
)
def test_what_only_looks_like_a_part_of_the_price_is_left_alone(language: str, text: str) -> None:
    assert shares(text, language) == []


def test_every_spoken_language_has_words_for_parts_of_the_price() -> None:
    spoken = {language.code for language in LANGUAGES.values() if language.is_spoken} - {"zh-TW"}
    assert spoken == set(lexicon("shares")) == set(lexicon("conditions"))


def test_the_plain_text_keeps_every_place() -> None:
    text = "İADE Ödeme ﬁ می‌خواهم ΜΙΣΆ một nửa 절반"
    assert len(plain(text)) == len(text)
    assert plain("İade, ΜΙΣΆ, nửa") == "iade, μισα, nua"
