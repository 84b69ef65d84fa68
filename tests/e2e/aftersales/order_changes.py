"""Orders that have not left yet: called off, sent elsewhere, or changed; and invoices of any order."""

from __future__ import annotations

from collections.abc import Iterator

from tests.e2e.aftersales.scenario import Outcome, Scenario

_CANCELED = Outcome(
    ends=("utter_order_canceled",),
    issue="changed_mind",
    wish="refund_full",
    refunds=("{amount}",),
    tasks=("stop_order",),
)
#: The wish, and everything that was paid.
_CANCEL = {
    "en": ("I need to cancel order {n}, I bought it by accident", "124.70 USD"),
    "de": ("Bitte stornieren Sie meine Bestellung {n}, ich brauche die Sachen nicht mehr", "104.70 EUR"),
    "fr": ("Je souhaite annuler la commande {n}, je n'en ai plus besoin", "104.70 EUR"),
    "es": ("Quiero anular el pedido {n}, ya no lo necesito", "104.70 EUR"),
    "it": ("Vorrei annullare l'ordine {n}, non mi serve più", "104.70 EUR"),
    "pl": ("Chciałabym anulować zamówienie {n}, już go nie potrzebuję", "449.90 PLN"),
    "ja": ("注文{n}をキャンセルしたいです。もう必要なくなりました", "18970 JPY"),
    "ar": ("أريد إلغاء الطلب {n}، لم أعد بحاجة إليه", "97.70 GBP"),
    "zh": ("我想取消订单{n}，不需要了", "894.00 CNY"),
    "ru": ("Хочу отменить заказ {n}, он мне больше не нужен", "686.90 BRL"),
}

_SENT_ELSEWHERE = Outcome(ends=("utter_address_changed",), issue="other", tasks=("new_address",))
#: The wish, and the address.
_ELSEWHERE = {
    "en": (
        "I've just moved, can you ship order {n} to another address?",
        "12 Willow Street, Apt 3, Brooklyn, NY 11201",
    ),
    "fr": ("J'ai déménagé, pouvez-vous livrer la commande {n} à une autre adresse ?", "5 rue du Moulin, 69002 Lyon"),
    "it": ("Vorrei cambiare l'indirizzo di consegna dell'ordine {n}, ho traslocato", "Via Nizza 14, 10126 Torino"),
    "ja": ("引っ越したので、注文{n}の届け先を変更したいです", "〒530-0011 大阪市北区大深町4番20号"),
    "zh": ("我搬家了，订单{n}能改一下收货地址吗？", "610041 成都市武侯区科华北路60号"),
}

_COLOR_CHANGED = Outcome(ends=("utter_items_changed",), issue="changed_mind", tasks=("new_items",))
#: The wish, which of the goods, and what they shall be instead.
_OTHERWISE = {
    "de": ("Kann ich in Bestellung {n} noch eine andere Farbe nehmen?", "die Wanduhr", "lieber in Schwarz"),
    "es": (
        "¿Puedo cambiar el color de un artículo del pedido {n} antes de que salga?",
        "el reloj de pared",
        "en negro",
    ),
    "pl": ("Czy mogę jeszcze zmienić kolor jednej rzeczy w zamówieniu {n}?", "druga pozycja", "czarny"),
    "ar": ("هل يمكنني تغيير لون أحد المنتجات في الطلب {n} قبل شحنه؟", "المنتج الثاني", "أسود"),
    "ru": ("Можно поменять цвет одного товара в заказе {n}, пока его не отправили?", "второй", "чёрный"),
}

#: An invoice is no complaint: nothing is registered.
_HANDED_OUT = Outcome(ends=("utter_invoice_ready",))
_INVOICE = {
    "en": "Could you send me the invoice for order {n}?",
    "de": "Ich brauche bitte die Rechnung zu Bestellung {n}",
    "fr": "Pouvez-vous m'envoyer la facture de la commande {n} ?",
    "es": "Necesito la factura del pedido {n}",
    "it": "Mi serve la fattura dell'ordine {n}",
    "pl": "Poproszę fakturę do zamówienia {n}",
    "ja": "注文{n}の請求書をください",
    "ar": "أحتاج فاتورة الطلب {n} من فضلكم",
    "zh": "请给我开订单{n}的发票",
    "ru": "Пришлите, пожалуйста, счёт-фактуру по заказу {n}",
}


def _rows() -> Iterator[Scenario]:
    for language, (wish, amount) in _CANCEL.items():
        yield Scenario(
            language, "paid", wish, _CANCELED.of(amount), stock={"wool-sweater-m-grey": 1, "hiking-socks-39-42-grey": 1}
        )
    for language, (wish, address) in _ELSEWHERE.items():
        yield Scenario(language, "changeable", wish, _SENT_ELSEWHERE, {"utter_ask_address": address})
    for language, (wish, goods, color) in _OTHERWISE.items():
        says = {"utter_ask_items": goods, "utter_ask_variant": color}
        yield Scenario(
            language, "changeable", wish, _COLOR_CHANGED, says, stock={"wall-clock-white": 2, "wall-clock-black": -2}
        )
    for language, wish in _INVOICE.items():
        yield Scenario(language, "old", wish, _HANDED_OUT)


SCENARIOS = tuple(_rows())
