"""Money that was taken twice, and money that never came back."""

from __future__ import annotations

from collections.abc import Iterator

from tests.e2e.aftersales.scenario import Outcome, Scenario

_GIVEN_BACK = Outcome(
    ends=("utter_complaint_refund_agreed",),
    issue="overcharged",
    wish="refund_partial",
    priority="high",
    offers=("refund_partial bot accepted {amount}",),
    refunds=("{amount}",),
)
#: What happened, the wish, and what was paid beyond the total.
_OVERPAID = {
    "en": ("You charged my card twice for order {n}", "Give me back what you took too much", "81.80 USD"),
    "de": (
        "Für Bestellung {n} wurde meine Karte zweimal belastet",
        "Ich möchte den zu viel gezahlten Betrag zurück",
        "64.80 EUR",
    ),
    "fr": ("Ma carte a été débitée deux fois pour la commande {n}", "Remboursez-moi le trop-perçu", "64.80 EUR"),
    "es": (
        "Me han cobrado dos veces el pedido {n} en la tarjeta",
        "Devuélvanme lo que me cobraron de más",
        "64.80 EUR",
    ),
    "it": (
        "Per l'ordine {n} mi è stata addebitata due volte la carta",
        "Rimborsatemi quello che ho pagato in più",
        "64.80 EUR",
    ),
    "pl": ("Za zamówienie {n} pobrano pieniądze z karty dwa razy", "Proszę oddać nadpłatę", "278.90 PLN"),
    "ja": ("注文{n}でカードに二重請求されました", "余分に払った分を返金してください", "12340 JPY"),
    "ar": ("خصمتم ثمن الطلب {n} من بطاقتي مرتين", "أعيدوا لي المبلغ الزائد", "64.80 GBP"),
    "zh": ("订单{n}在我的卡上扣了两次款", "请把多扣的钱退给我", "583.00 CNY"),
    "ru": ("За заказ {n} с моей карты дважды списали деньги", "Верните лишне списанную сумму", "447.90 BRL"),
}

_TRACED = Outcome(
    ends=("utter_complaint_registered",),
    issue="refund_missing",
    wish="refund_full",
    state="investigating",
    priority="high",
    offers=("refund_full bot proposed {amount}",),
    tasks=("trace_refund",),
)
#: What happened, the wish, and the price of the goods with the fee for delivery.
_NOT_REFUNDED = {
    "en": (
        "I sent the hair dryer from order {n} back weeks ago and the refund still hasn't arrived",
        "I want the full amount refunded",
        "75.80 USD",
    ),
    "de": (
        "Ich habe die Ware aus {n} vor Wochen zurückgeschickt und die Erstattung ist immer noch nicht da",
        "Ich möchte die volle Erstattung",
        "59.80 EUR",
    ),
    "fr": (
        "J'ai renvoyé l'article de la commande {n} il y a des semaines et le remboursement n'est jamais arrivé",
        "Je veux le remboursement complet",
        "59.80 EUR",
    ),
    "es": (
        "Devolví el secador del pedido {n} hace semanas y el reembolso sigue sin llegar",
        "Quiero el reembolso completo",
        "59.80 EUR",
    ),
    "it": (
        "Ho rispedito l'articolo dell'ordine {n} settimane fa e il rimborso non è ancora arrivato",
        "Voglio il rimborso completo",
        "59.80 EUR",
    ),
    "pl": (
        "Towar z zamówienia {n} odesłałam kilka tygodni temu, a zwrot pieniędzy nadal nie dotarł",
        "Chcę pełnego zwrotu",
        "256.90 PLN",
    ),
    "ja": ("注文{n}の商品を何週間も前に返品したのに、まだ返金されていません", "全額返金してください", "11520 JPY"),
    "ar": (
        "وعدتموني بإعادة المبلغ بعد أن أرجعت منتج الطلب {n} ولم يدخل أي شيء إلى حسابي",
        "أريد استرداد المبلغ كاملاً",
        "59.80 GBP",
    ),
    "zh": ("订单{n}的东西几周前就退回去了，退款到现在还没到账", "请全额退款", "544.00 CNY"),
    "ru": (
        "Я вернул товар по заказу {n} несколько недель назад, а деньги так и не пришли",
        "Верните мне все деньги",
        "417.90 BRL",
    ),
}


def _rows() -> Iterator[Scenario]:
    for language, (story, wish, amount) in _OVERPAID.items():
        says = {"utter_ask_remedy": wish}
        yield Scenario(language, "overpaid", story, _GIVEN_BACK.of(amount), says, ("utter_found_overpaid",))
    for language, (story, wish, amount) in _NOT_REFUNDED.items():
        yield Scenario(language, "returned", story, _TRACED.of(amount), {"utter_ask_remedy": wish})


SCENARIOS = tuple(_rows())
