"""What customers say they do NOT want is no wish, in every language, and other negations leave wishes alone."""

from __future__ import annotations

import pytest

from bot.l10n.languages import LANGUAGES
from bot.nlu.refusals import refused
from bot.nlu.text import for_models

REFUSED = {
    "en": {
        "cancel_order": ["Don't cancel my order!", "please do not cancel it, i still want it"],
        "refund_order": ["I don't want a refund, send me a new one", "I'm not asking for a refund"],
        "return_item": ["i dont want to return it", "I’m not going to send it back"],
        "withdraw_case": ["please don't close my case"],
    },
    "de": {
        "cancel_order": ["Bitte stornieren Sie meine Bestellung nicht", "nicht stornieren!!"],
        "return_item": ["Ich will nichts zurückgeben", "Ich will die Schuhe nicht zurückschicken"],
        "refund_order": ["Ich möchte keine Rückerstattung, sondern Ersatz"],
    },
    "fr": {
        "cancel_order": ["N'annulez pas ma commande", "Je ne veux pas annuler ma commande"],
        "refund_order": ["je veux pas de remboursement"],
    },
    "es": {
        "cancel_order": ["No cancelen mi pedido por favor", "no quiero anular el pedido"],
        "return_item": ["No quiero devolver los zapatos"],
        "refund_order": ["no quiero un reembolso"],
    },
    "it": {"cancel_order": ["Non annullate il mio ordine"], "refund_order": ["non voglio il rimborso"]},
    "pt": {"cancel_order": ["Não cancelem o meu pedido"], "refund_order": ["não quero reembolso"]},
    "nl": {"cancel_order": ["Annuleer mijn bestelling niet"], "return_item": ["ik wil niet retourneren"]},
    "pl": {"cancel_order": ["Nie anulujcie mojego zamówienia"], "refund_order": ["nie chcę zwrotu pieniędzy"]},
    "ru": {"cancel_order": ["Не отменяйте мой заказ"], "refund_order": ["я не хочу возврат денег"]},
    "tr": {"cancel_order": ["Siparişimi iptal etmeyin"], "return_item": ["İade istemiyorum"]},
    "ar": {"cancel_order": ["لا تلغوا طلبي"], "refund_order": ["لا أريد استرجاع المال"]},
    "ja": {"cancel_order": ["注文をキャンセルしないでください"], "return_item": ["返品したくないです"]},
    "ko": {"cancel_order": ["주문 취소하지 마세요"], "refund_order": ["환불은 원하지 않아요"]},
    "zh": {"cancel_order": ["不要取消我的订单"], "return_item": ["我不想退货"]},
    "zh-TW": {"cancel_order": ["請不要取消我的訂單"], "return_item": ["我不想退貨"]},
    "th": {"cancel_order": ["อย่ายกเลิกคำสั่งซื้อ"], "refund_order": ["ไม่ต้องคืนเงินค่ะ"]},
    "sv": {"cancel_order": ["Avbeställ inte min order"], "refund_order": ["jag vill inte ha pengarna tillbaka"]},
    "da": {"cancel_order": ["Annuller ikke min ordre"], "return_item": ["Jeg vil ikke returnere den"]},
    "no": {"cancel_order": ["Ikke kanseller bestillingen min"], "return_item": ["Jeg vil ikke returnere den"]},
    "fi": {"cancel_order": ["Älkää peruuttako tilaustani"], "return_item": ["en halua palauttaa"]},
    "cs": {"cancel_order": ["Nerušte mou objednávku"], "return_item": ["nechci nic vracet"]},
    "hu": {"cancel_order": ["Ne töröljék a rendelésemet"], "exchange_item": ["nem akarok cserét"]},
    "ro": {"cancel_order": ["Nu anulați comanda mea"], "refund_order": ["nu vreau banii înapoi"]},
    "el": {"cancel_order": ["Μην ακυρώσετε την παραγγελία μου"], "exchange_item": ["δεν θέλω αλλαγή"]},
    "uk": {"cancel_order": ["Не скасовуйте моє замовлення"], "refund_order": ["не хочу повернення коштів"]},
    "bg": {"cancel_order": ["Не отменяйте поръчката ми"], "return_item": ["не искам да връщам"]},
    "he": {"cancel_order": ["אל תבטלו את ההזמנה שלי"], "refund_order": ["אני לא רוצה החזר כספי"]},
    "hi": {"cancel_order": ["मेरा ऑर्डर रद्द मत करो"], "refund_order": ["मुझे रिफंड नहीं चाहिए"]},
    "id": {"cancel_order": ["Jangan batalkan pesanan saya"], "refund_order": ["saya tidak mau refund"]},
    "vi": {"cancel_order": ["Đừng hủy đơn hàng của tôi"], "refund_order": ["tôi không muốn hoàn tiền"]},
    "ms": {"cancel_order": ["Jangan batalkan pesanan saya"], "refund_order": ["saya tak nak refund"]},
    "fa": {"cancel_order": ["سفارشم رو لغو نکنید"], "exchange_item": ["نمی‌خوام تعویض کنم"]},
}  # fmt: skip

WISHED = {
    "en": [
        "You still haven't cancelled my order", "I don't like it, cancel the order", "why don't you cancel it",
        "I don't want it anymore cancel it", "you never refunded me", "It doesn't fit, I want to return it",
        "don't you refund the postage?",
    ],
    "de": [
        "Ihr habt meine Bestellung nicht storniert", "Gefällt mir nicht, bitte stornieren",
        "Warum stornieren Sie das nicht", "Das Geld wurde nicht erstattet", "Passt nicht, möchte umtauschen",
    ],
    "fr": ["Vous n'avez pas annulé ma commande", "Ça ne me plaît pas, annulez", "Je n'ai pas été remboursé"],
    "es": ["No me han devuelto el dinero", "no me gusta, cancelen el pedido", "no me cancelaron el pedido"],
    "it": ["Non mi piace, annullate l'ordine", "Non mi avete rimborsato", "non va bene, voglio restituirlo"],
    "pt": ["Não gostei, cancelem o pedido", "Não me reembolsaram", "não serve, quero trocar"],
    "nl": ["Past niet, ik wil retourneren", "Jullie hebben mijn bestelling niet geannuleerd"],
    "pl": ["Nie podoba mi się, anulujcie zamówienie", "nie anulowaliście zamówienia", "nie pasuje, chcę zwrócić"],
    "ru": ["Не подошло, хочу вернуть товар", "вы не отменили заказ", "деньги не вернули"],
    "tr": ["Beğenmedim, iptal edin", "İade etmek istiyorum", "siparişimi iptal etmediniz"],
    "ar": ["لم يعجبني، أريد إلغاء الطلب", "لم يتم إلغاء طلبي", "المقاس لا يناسبني أريد استبداله"],
    "ja": ["気に入らないのでキャンセルしてください", "まだ返金されていません", "サイズが合わないので交換したい"],
    "ko": ["마음에 안 들어요 취소해 주세요", "아직 환불이 안 됐어요", "사이즈가 안 맞아서 교환하고 싶어요"],
    "zh": ["不喜欢，帮我取消订单", "你们还没退款", "尺码不合适，我要换货"],
    "zh-TW": ["不喜歡，幫我取消訂單", "還沒收到退款", "尺寸不合，我要換貨"],
    "th": ["ไม่ชอบ ขอยกเลิกคำสั่งซื้อ", "ยังไม่ได้เงินคืน", "ใส่ไม่ได้ ขอเปลี่ยนไซส์"],
    "sv": ["Passar inte, jag vill returnera", "Ni har inte avbeställt min order"],
    "da": ["Passer ikke, jeg vil returnere", "I har ikke annulleret min ordre"],
    "no": ["Passer ikke, jeg vil returnere", "Dere har ikke kansellert bestillingen"],
    "fi": ["Ei sovi, haluan palauttaa", "Ette ole peruuttaneet tilaustani"],
    "cs": ["Nesedí mi, chci vrátit", "Objednávku jste nezrušili"],
    "hu": ["Nem jó, szeretném visszaküldeni", "Nem törölték a rendelésemet"],
    "ro": ["Nu îmi place, anulați comanda", "Nu mi-ați returnat banii"],
    "el": ["Δεν μου αρέσει, ακυρώστε την παραγγελία", "Δεν ακυρώσατε την παραγγελία"],
    "uk": ["Не підійшло, хочу повернути товар", "ви не скасували замовлення"],
    "bg": ["Не ми харесва, отменете поръчката", "Не сте отменили поръчката"],
    "he": ["זה לא מתאים, אני רוצה להחזיר", "לא קיבלתי החזר"],
    "hi": ["पसंद नहीं आया, ऑर्डर रद्द करो", "रिफंड अभी तक नहीं मिला"],
    "id": ["Tidak cocok, batalkan pesanan", "uang saya belum di-refund", "tidak muat, mau tukar ukuran"],
    "vi": ["Không thích nữa, hủy đơn giúp tôi", "shop chưa hoàn tiền cho tôi"],
    "ms": ["Tak suka, batalkan pesanan", "duit saya belum dipulangkan"],
    "fa": ["خوشم نیومد، لغوش کنید", "پولم هنوز برنگشته"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "intent", "text"),
    [
        (language, intent, text)
        for language, told in REFUSED.items()
        for intent, texts in told.items()
        for text in texts
    ],
)
def test_a_refused_wish_is_found(language: str, intent: str, text: str) -> None:
    assert refused(for_models(text), language) == {intent}


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, texts in WISHED.items() for text in texts]
)
def test_a_wish_beside_another_negation_stays_one(language: str, text: str) -> None:
    assert refused(for_models(text), language) == set()


def test_every_language_with_texts_is_here() -> None:
    spoken = {code for code, language in LANGUAGES.items() if language.tier in ("learned", "spoken")}
    assert set(REFUSED) == set(WISHED) == spoken
