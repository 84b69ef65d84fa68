"""Offers and counter-offers, up to what policy allows and not beyond."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.e2e.aftersales.scenario import PHOTO, Outcome, Scenario
from tests.e2e.aftersales.voices import VOICES


def _choose(remedy: str) -> str:
    return f'/choose_remedy{{{{"remedy": "{remedy}"}}}}'


_MET_HALFWAY = Outcome(
    ends=("utter_complaint_refund_agreed",),
    issue="not_as_described",
    wish="refund_partial",
    offers=(
        "coupon bot countered 4.50 EUR",
        "refund_partial customer declined 27.00 EUR",
        "refund_partial bot countered 6.75 EUR",
        "refund_partial customer declined 11.25 EUR",
        "refund_partial bot accepted 11.25 EUR",
    ),
    refunds=("11.25 EUR",),
    photos=1,
)
#: What is wrong with the goods, too much, and what both can live with.
_COUNTERED = {
    "de": (
        "Das Hemd aus {n} ist viel dünner und schlechter verarbeitet als auf den Bildern",
        "Ich behalte es, wenn ich 60 % zurückbekomme",
        "dann sagen wir 25 %",
    ),
    "fr": (
        "La chemise de la commande {n} ne correspond pas du tout à la description, le tissu est de mauvaise qualité",
        "Je la garde si vous me rendez 60 %",
        "disons 25 % alors",
    ),
    "es": (
        "La camisa del pedido {n} no es como en la foto, la tela es de muy mala calidad",
        "Me la quedo si me devuelven el 60 %",
        "pues el 25 %",
    ),
    "it": (
        "La camicia dell'ordine {n} non è come descritta, la stoffa è di pessima qualità",
        "La tengo se mi rimborsate il 60 %",
        "allora facciamo il 25 %",
    ),
}

_SENT_BACK = Outcome(
    ends=("utter_return_opened",),
    issue="not_as_described",
    wish="return_refund",
    returns=("approved",),
    tasks=("issue_return_label",),
    photos=1,
)
#: What is wrong with the goods; the coupon of 10 %, 15 % and 30 % of the price, and everything with delivery.
_DECLINED_TO_THE_END = {
    "en": (
        "The shirt in order {n} looks nothing like the picture, the fabric is awful quality",
        ("4.99 USD", "7.49 USD", "14.97 USD", "65.80 USD"),
    ),
    "pl": (
        "Koszula z zamówienia {n} wygląda zupełnie inaczej niż na zdjęciu, materiał jest kiepski",
        ("19.40 PLN", "29.10 PLN", "58.20 PLN", "214.90 PLN"),
    ),
    "ja": (
        "注文{n}のシャツは写真と全然違い、生地の質がとても悪いです",
        ("742 JPY", "1113 JPY", "2226 JPY", "9880 JPY"),
    ),
    "ar": (
        "القميص من الطلب {n} مختلف تماماً عن الصورة وجودة القماش سيئة جداً",
        ("3.89 GBP", "5.84 GBP", "11.67 GBP", "51.80 GBP"),
    ),
    "zh": ("订单{n}的衬衫和图片完全不一样，面料质量很差", ("35.10 CNY", "52.65 CNY", "105.30 CNY", "467.00 CNY")),
    "ru": (
        "Рубашка из заказа {n} совсем не такая, как на фото, ткань ужасного качества",
        ("27.00 BRL", "40.50 BRL", "81.00 BRL", "358.90 BRL"),
    ),
}

#: Who stops in the middle, and begins again.
_LEFT_ONCE = frozenset({"en", "ja"})

_VOUCHER = Outcome(
    ends=("utter_coupon_issued",),
    issue="late_delivery",
    wish="coupon",
    offers=("coupon bot accepted {amount}",),
    coupons=("5",),
)
#: What happened, and what 5 % of the price come to.
_LATE = {
    "pl": ("Zamówienie {n} miało być cztery dni temu, a paczki nadal nie ma", "12.90 PLN"),
    "ja": ("注文{n}が予定日を4日過ぎてもまだ届きません", "494 JPY"),
    "ar": ("كان من المفترض أن يصل الطلب {n} قبل أربعة أيام ولم يصل بعد", "2.60 GBP"),
    "zh": ("订单{n}四天前就该到了，到现在还没收到", "23.35 CNY"),
    "ru": ("Заказ {n} должен был прийти четыре дня назад, а его всё нет", "17.95 BRL"),
}
_NO_VOUCHER = Outcome(
    ends=("utter_complaint_registered",),
    issue="late_delivery",
    wish="refund_full",
    state="investigating",
    tasks=("speed_parcel_up",),
)
#: What happened, the wish in the end; 5 %, 10 % and 15 % of the price, and everything with delivery.
_LATE_AND_DECLINED = {
    "en": (
        "Order {n} should have been here four days ago and it still hasn't arrived",
        "Then refund the whole order",
        ("3.30 USD", "6.59 USD", "9.89 USD", "81.80 USD"),
    ),
    "de": (
        "Die Bestellung {n} sollte vor vier Tagen da sein und ist immer noch nicht angekommen",
        "Dann erstatten Sie mir den ganzen Betrag",
        ("3.00 EUR", "5.99 EUR", "8.99 EUR", "64.80 EUR"),
    ),
    "fr": (
        "La commande {n} devait arriver il y a quatre jours et je ne l'ai toujours pas",
        "Alors remboursez-moi tout",
        ("3.00 EUR", "5.99 EUR", "8.99 EUR", "64.80 EUR"),
    ),
    "es": (
        "El pedido {n} tenía que llegar hace cuatro días y sigue sin aparecer",
        "Entonces devuélvanme todo el dinero",
        ("3.00 EUR", "5.99 EUR", "8.99 EUR", "64.80 EUR"),
    ),
    "it": (
        "L'ordine {n} doveva arrivare quattro giorni fa e non c'è ancora",
        "Allora rimborsatemi tutto",
        ("3.00 EUR", "5.99 EUR", "8.99 EUR", "64.80 EUR"),
    ),
}

_LONGER = Outcome(
    ends=("utter_warranty_extended",),
    issue="defective",
    wish="warranty_extension",
    offers=("warranty_extension bot accepted",),
    extensions=(12,),
    photos=1,
)
_AGED = {
    "en": "After almost two years the vacuum cleaner from order {n} keeps switching itself off",
    "de": "Nach fast zwei Jahren geht der Staubsauger aus Bestellung {n} dauernd von selbst aus",
    "fr": "Après presque deux ans, l'aspirateur de la commande {n} s'éteint tout seul, il ne marche plus bien",
    "es": "Después de casi dos años la aspiradora del pedido {n} se apaga sola, funciona mal",
    "it": "L'aspirapolvere dell'ordine {n} è difettoso: dopo quasi due anni si spegne da solo",
    "pl": "Po prawie dwóch latach odkurzacz z zamówienia {n} sam się wyłącza, jest zepsuty",
    "ja": "注文{n}の掃除機が、2年近く使ったら勝手に電源が切れるようになりました。故障です",
    "ar": "المكنسة الكهربائية من الطلب {n} تعطلت بعد سنتين تقريباً وأصبحت تنطفئ وحدها",
    "zh": "订单{n}的吸尘器用了快两年，现在总是自己断电，出故障了",
    "ru": "Спустя почти два года пылесос из заказа {n} сам выключается, он неисправен",
}


def _rows() -> Iterator[Scenario]:
    for language, (story, too_much, enough) in _COUNTERED.items():
        yes = VOICES[language].yes
        says = {
            "utter_ask_evidence": PHOTO,
            "utter_ask_remedy": _choose("refund_partial"),
            "utter_ask_offer": (too_much, enough, yes),
        }
        hears = ("utter_offer_too_much", "utter_offer_as_asked")
        yield Scenario(language, "described", story, _MET_HALFWAY, says, hears)
    for language, (story, amounts) in _DECLINED_TO_THE_END.items():
        no, yes, stop = VOICES[language].no, VOICES[language].yes, VOICES[language].stop
        is_left = language in _LEFT_ONCE
        says = {
            "utter_ask_evidence": PHOTO,
            "utter_ask_remedy": (_choose("refund_partial"),) * (2 if is_left else 1),
            "utter_ask_offer": (no, stop if is_left else no, no, yes),
        }
        ladder = _ladder(_SENT_BACK, _LADDER_LEFT_ONCE if is_left else _WHOLE_LADDER, amounts)
        yield Scenario(language, "described", story, ladder, says, ("utter_stopped",) if is_left else ())
    for language, (story, amount) in _LATE.items():
        says = {"utter_ask_remedy": _choose("coupon"), "utter_ask_offer": VOICES[language].yes}
        yield Scenario(language, "late", story, _VOUCHER.of(amount), says, ("utter_found_late",))
    for language, (story, wish, amounts) in _LATE_AND_DECLINED.items():
        no = VOICES[language].no
        says = {"utter_ask_remedy": (_choose("coupon"), wish), "utter_ask_offer": (no, no, no)}
        outcome = _ladder(_NO_VOUCHER, _SMALL_LADDER, amounts)
        yield Scenario(language, "late", story, outcome, says, ("utter_found_late", "utter_offers_ended"))
    for language, story in _AGED.items():
        says = {
            "utter_ask_evidence": PHOTO,
            "utter_ask_remedy": _choose("warranty_extension"),
            "utter_ask_offer": VOICES[language].yes,
        }
        yield Scenario(language, "aged", story, _LONGER, says)


_WHOLE_LADDER = (
    "coupon bot declined", "refund_partial bot declined", "refund_partial bot declined", "return_refund bot accepted",
)  # fmt: skip
_LADDER_LEFT_ONCE = (
    "coupon bot declined", "refund_partial bot expired", "refund_partial bot declined", "return_refund bot accepted",
)  # fmt: skip
_SMALL_LADDER = (
    "coupon bot declined", "coupon bot declined", "refund_partial bot declined", "refund_full bot proposed",
)  # fmt: skip


def _ladder(outcome: Outcome, offers: tuple[str, ...], amounts: tuple[str, ...]) -> Outcome:
    made = tuple(f"{offer} {amount}" for offer, amount in zip(offers, amounts, strict=True))
    return replace(outcome, offers=made)


SCENARIOS = tuple(_rows())
