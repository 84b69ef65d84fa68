"""Parcels that are lost, silent, or said to be delivered."""

from __future__ import annotations

from collections.abc import Iterator

from tests.e2e.aftersales.scenario import Outcome, Scenario

_SENT_AGAIN = Outcome(
    ends=("utter_reship_opened",),
    issue="lost_parcel",
    wish="reship",
    priority="high",
    offers=("reship bot accepted",),
    reshipments=("reserved",),
    tasks=("ship_again",),
)
#: What happened, and the wish.
_LOST_AND_SENT_AGAIN = {
    "en": ("The carrier says they lost my parcel, order {n}", "Please just send it again"),
    "fr": ("Le transporteur dit que mon colis est perdu, commande {n}", "Renvoyez-le-moi, s'il vous plaît"),
    "it": ("Il corriere dice che il mio pacco è andato perso, ordine {n}", "Rispeditemelo, per favore"),
    "ja": ("配送会社から荷物を紛失したと言われました。注文{n}です", "もう一度送ってください"),
    "zh": ("快递公司说我的包裹丢了，订单{n}", "请重新给我发一份"),
}
#: What cannot be done about a parcel that never came, so that the customer is told why and asked again.
_REFUSED_FIRST = {"en": "I want to exchange it for another model", "it": "Vorrei cambiarlo con un altro modello"}
_PAID_BACK = Outcome(
    ends=("utter_complaint_refund_agreed",),
    issue="lost_parcel",
    wish="refund_full",
    priority="high",
    offers=("refund_full bot accepted {amount}",),
    refunds=("{amount}",),
    claims=("carrier draft",),
    tasks=("file_carrier_claim",),
)
#: What happened, the wish, and the price with the fee for delivery.
_LOST_AND_PAID_BACK = {
    "de": (
        "Mein Paket ist verloren gegangen, das sagt der Paketdienst selbst, Bestellung {n}",
        "Ich will mein Geld zurück",
        "31.80 EUR",
    ),
    "es": (
        "El transportista reconoce que ha perdido mi paquete, pedido {n}",
        "Quiero que me devuelvan el dinero",
        "31.80 EUR",
    ),
    "pl": ("Kurier przyznał, że zgubił moją paczkę, zamówienie {n}", "Chcę zwrotu pieniędzy", "136.90 PLN"),
    "ar": ("شركة الشحن تقول إن طردي ضاع، رقم الطلب {n}", "أريد استرداد نقودي", "35.80 GBP"),
    "ru": ("Перевозчик сообщил, что моя посылка утеряна, заказ {n}", "Верните мне деньги", "249.90 BRL"),
}

_SEARCHED = Outcome(
    ends=("utter_reship_searching",),
    issue="lost_parcel",
    wish="reship",
    priority="high",
    offers=("reship bot accepted",),
    reshipments=("searching",),
    tasks=("search_parcel",),
)
_SILENT = {
    "en": (
        "Tracking for order {n} hasn't moved for six days, I'm sure the parcel got lost",
        "Send me another one then",
    ),
    "de": (
        "Bestellung {n} ist bestimmt verloren gegangen, seit sechs Tagen tut sich nichts mehr",
        "Schicken Sie es mir bitte noch einmal",
    ),
    "fr": (
        "Le suivi de la commande {n} ne bouge plus depuis six jours, le colis est sûrement perdu",
        "Alors envoyez-m'en un autre",
    ),
    "es": (
        "El seguimiento del pedido {n} lleva seis días parado, seguro que el paquete se ha perdido",
        "Pues envíenmelo otra vez",
    ),
    "it": (
        "Il tracciamento dell'ordine {n} è fermo da sei giorni, il pacco si è sicuramente perso",
        "Allora speditemelo di nuovo",
    ),
    "pl": ("Śledzenie przesyłki {n} stoi od sześciu dni, paczka na pewno zaginęła", "To proszę wysłać ją jeszcze raz"),
    "ja": ("注文{n}の追跡が6日前から止まっています。荷物は紛失したと思います", "もう一度発送してください"),
    "ar": ("تتبع الطلب {n} متوقف منذ ستة أيام، أظن أن الطرد ضاع", "أرسلوه لي مرة أخرى"),
    "zh": ("订单{n}的物流六天没更新了，包裹肯定丢了", "那就再给我寄一次"),
    "ru": (
        "Отслеживание заказа {n} не обновляется шесть дней, посылка наверняка потерялась",
        "Тогда отправьте её ещё раз",
    ),
}

_ASKED_FOR_PROOF = Outcome(
    ends=("utter_complaint_registered",),
    issue="delivered_not_received",
    wish="reship",
    state="investigating",
    priority="high",
    offers=("reship bot proposed",),
    tasks=("ask_for_proof_of_delivery",),
)
_DENIED = {
    "en": ("Your tracking claims order {n} was delivered, but I never received anything", "I'd like it sent again"),
    "de": (
        "Bestellung {n} soll zugestellt worden sein, bei mir ist aber nie etwas angekommen",
        "Bitte noch einmal schicken",
    ),
    "fr": ("Le suivi dit que la commande {n} a été livrée, mais je n'ai rien reçu", "Je voudrais qu'on me la renvoie"),
    "es": (
        "El seguimiento dice que el pedido {n} está entregado, pero yo no he recibido nada",
        "Quiero que me lo envíen de nuevo",
    ),
    "it": (
        "Il tracciamento dice che l'ordine {n} è stato consegnato, ma io non ho ricevuto niente",
        "Vorrei che me lo rispediste",
    ),
    "pl": ("System pokazuje, że zamówienie {n} zostało doręczone, a ja nic nie dostałam", "Proszę wysłać je ponownie"),
    "ja": ("追跡では注文{n}は配達済みですが、何も届いていません", "もう一度送ってほしいです"),
    "ar": ("التتبع يقول إن الطلب {n} تم تسليمه لكنني لم أستلم شيئاً", "أريد إرساله مرة أخرى"),
    "zh": ("物流显示订单{n}已签收，可我根本没收到", "请重新发货"),
    "ru": ("По трекингу заказ {n} доставлен, но я ничего не получил", "Отправьте его, пожалуйста, ещё раз"),
}

#: Who says twice that what cannot be done shall be done gets a person.
_INSISTED = Outcome(
    ends=("utter_complaint_registered", "utter_handoff_queued"),
    issue="lost_parcel",
    state="escalated",
    priority="high",
    tasks=("search_parcel",),
    handoff=True,
)
_INSISTS = {
    "en": ("I want to exchange it for another colour", "No, exchange it please, for the blue one"),
    "de": ("Ich möchte sie gegen eine andere Farbe umtauschen", "Nein, ich will einen Umtausch, in Blau bitte"),
    "es": ("Quiero cambiarlas por otro color", "Que no, quiero el cambio, por las azules"),
    "zh": ("我想换成别的颜色", "不行，我就要换货，换蓝色的"),
}


def _rows() -> Iterator[Scenario]:
    for language, (story, wish) in _LOST_AND_SENT_AGAIN.items():
        refused = _REFUSED_FIRST.get(language)
        yield Scenario(
            language, "lost", story, _SENT_AGAIN, {"utter_ask_remedy": (refused, wish) if refused else wish},
            hears=("utter_found_lost", "utter_wish_not_open") if refused else ("utter_found_lost",),
            stock={"football-size5": -1}, reasons=("not_delivered_yet",) if refused else (),
        )  # fmt: skip
    for language, (story, wish, amount) in _LOST_AND_PAID_BACK.items():
        yield Scenario(
            language, "lost", story, _PAID_BACK.of(amount), {"utter_ask_remedy": wish}, ("utter_found_lost",)
        )
    for language, (story, wish) in _SILENT.items():
        insists = _INSISTS.get(language)
        yield Scenario(
            language, "silent", story, _INSISTED if insists else _SEARCHED, {"utter_ask_remedy": insists or wish},
            ("utter_found_silent", "utter_wish_not_open") if insists else ("utter_found_silent",),
            stock={"bath-towels-white": 0},
        )  # fmt: skip
    for language, (story, wish) in _DENIED.items():
        yield Scenario(
            language, "denied", story, _ASKED_FOR_PROOF, {"utter_ask_remedy": wish}, ("utter_found_delivered",)
        )


SCENARIOS = tuple(_rows())
