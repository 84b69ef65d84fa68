from __future__ import annotations

from datetime import date

import pytest

from bot.nlu.entities.extract import extract
from bot.nlu.entities.order_number import OrderNumberPatterns

PATTERNS = OrderNumberPatterns.compile([r"(?:PL)?\d{8}"], [r"\d{6,10}", r"[A-Z]{1,4}\d{5,10}"])
TODAY = date(2026, 11, 22)


def conditions(text: str, language: str = "en") -> list[str]:
    return [span.value for span in extract(text, language, TODAY, PATTERNS) if span.entity == "condition"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "only if you pay the return shipping"),
        ("en", "fine as long as you'll cover the postage"),
        ("en", "I'll send it back if you send me a label"),
        ("de", "nur wenn Sie die Rücksendung bezahlen"),
        ("de", "okay, falls ihr das Porto übernehmt"),
        ("fr", "d'accord si vous payez les frais de retour"),
        ("fr", "oui, à condition que vous preniez en charge le port, donc si vous payez le port"),
        ("es", "acepto si pagan ustedes el envío"),
        ("es", "vale si asumen los gastos de devolución"),
        ("it", "va bene se pagate voi la spedizione"),
        ("it", "accetto se coprite le spese di reso"),
        ("pt", "aceito se vocês pagarem o frete"),
        ("pt", "tudo bem se a loja cobrir o envio"),
        ("nl", "alleen als jullie de verzendkosten betalen"),
        ("nl", "goed, mits u het retourlabel betaalt"),
        ("pl", "zgoda, jeśli zapłacicie za wysyłkę"),
        ("pl", "odeślę, jeśli pokryjecie koszty zwrotu"),
        ("ru", "согласен, если вы оплатите доставку"),
        ("ru", "верну, если оплатите обратную пересылку"),
        ("tr", "kargoyu siz öderseniz olur"),
        ("tr", "kargo ücretini karşılarsanız iade ederim"),
        ("ar", "موافق إذا دفعتم الشحن"),
        ("ar", "بشرط أن تتحملوا تكلفة الشحن"),
        ("ja", "送料を負担してくれるなら返品します"),
        ("ja", "着払いでよければ返します"),
        ("ko", "배송비를 부담해 주시면 반품할게요"),
        ("ko", "택배비 내주시면 보낼게요"),
        ("zh", "如果你们出运费我就退"),
        ("zh", "运费你们承担的话可以"),
        ("zh-TW", "運費你們出我就退"),
        ("zh-TW", "如果貴店負擔運費就可以"),
        ("th", "ถ้าร้านออกค่าส่งก็โอเค"),
        ("th", "ถ้าคุณจ่ายค่าจัดส่งคืน"),
        ("sv", "om ni betalar frakten"),
        ("sv", "okej om ni står för returfrakten"),
        ("da", "kun hvis I betaler fragten"),
        ("da", "ja hvis du dækker portoen"),
        ("no", "greit hvis dere betaler frakten"),
        ("no", "bare om dere dekker returfrakten"),
        ("fi", "jos maksatte postikulut"),
        ("fi", "käy, jos te maksatte palautuskulut"),
        ("cs", "pokud zaplatíte poštovné"),
        ("cs", "jestli uhradíte dopravu"),
        ("hu", "ha önök fizetik a szállítást"),
        ("hu", "ha állják a visszaküldés költségét"),
        ("ro", "dacă plătiți transportul"),
        ("ro", "doar dacă suportați costul de retur"),
        ("el", "αν πληρώσετε τα μεταφορικά"),
        ("el", "δέχομαι αν καλύψετε τα έξοδα αποστολής"),
        ("uk", "якщо ви оплатите доставку"),
        ("uk", "згоден, якщо сплатите пересилку"),
        ("bg", "ако платите доставката"),
        ("bg", "съгласен, ако поемете транспорта"),
        ("he", "אם תשלמו על המשלוח"),
        ("he", "רק אם אתם משלמים את המשלוח"),
        ("hi", "अगर आप शिपिंग का खर्च देंगे"),
        ("hi", "agar aap courier ka kharcha denge to theek hai"),
        ("id", "kalau ongkir ditanggung toko"),
        ("id", "boleh, asal kalian yang bayar ongkirnya"),
        ("vi", "nếu bên bạn chịu phí ship"),
        ("vi", "được, nếu shop trả phí vận chuyển"),
        ("ms", "kalau kedai bayar kos penghantaran"),
        ("ms", "boleh kalau awak tanggung kos pos"),
        ("fa", "اگر هزینه پست را شما بدهید"),
        ("fa", "قبوله اگه هزینه ارسال رو پرداخت کنید"),
    ],
)
def test_the_condition_that_the_shop_pays_the_return_is_found(language: str, text: str) -> None:
    assert conditions(text, language) == ["shop_pays_shipping"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "who pays the return shipping"),
        ("en", "do I have to pay the postage"),
        ("en", "you told me I would pay the shipping"),
        ("en", "you didn't pay the postage"),
        ("en", "the shipping label is missing"),
        ("en", "you pay me half. the label fell off"),
        ("de", "muss ich das Porto zahlen"),
        ("de", "Sie haben geschrieben dass ich den Versand zahlen muss"),
        ("fr", "je paye le port"),
        ("es", "quién paga el envío"),
        ("nl", "ik betaal de verzendkosten zelf"),
        ("sv", "måste jag betala frakten"),
        ("zh", "运费我出"),
        ("zh", "运费谁出"),
        ("ja", "送料はいくらですか"),
        ("th", "ลูกค้าจ่ายค่าส่ง"),
    ],
)
def test_who_else_pays_is_no_condition(language: str, text: str) -> None:
    assert conditions(text, language) == []
