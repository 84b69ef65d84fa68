"""Parcels held by customs, and charges at the door."""

from __future__ import annotations

from collections.abc import Iterator

from tests.e2e.aftersales.scenario import PHOTO, Outcome, Scenario

_ASKED = Outcome(
    ends=("utter_customs_opened",),
    issue="customs_hold",
    wish="apology",
    state="investigating",
    offers=("apology bot proposed",),
    customs=("reported",),
    tasks=("ask_customs", "decide"),
)
#: What happened.
_HELD = {
    "en": "My watch from order {n} has been stuck in customs for days, they want some paperwork",
    "de": "Meine Uhr aus Bestellung {n} hängt seit Tagen beim Zoll fest, die wollen Unterlagen",
    "fr": "Ma montre de la commande {n} est bloquée à la douane depuis des jours, ils réclament des papiers",
    "es": "El reloj del pedido {n} lleva días retenido en la aduana, piden papeles",
    "it": "L'orologio dell'ordine {n} è fermo in dogana da giorni, chiedono dei documenti",
    "pl": "Zegarek z zamówienia {n} utknął w urzędzie celnym, chcą jakichś dokumentów",
    "ja": "注文{n}の時計が何日も税関で止まっていて、書類を求められています",
    "ar": "الساعة من الطلب {n} محتجزة في الجمارك منذ أيام ويطلبون أوراقاً",
    "zh": "订单{n}的手表在海关卡了好几天，说要补材料",
    "ru": "Часы из заказа {n} уже несколько дней держат на таможне, требуют документы",
}

_CHECKED = Outcome(
    ends=("utter_complaint_registered",),
    issue="customs_charges",
    wish="apology",
    state="investigating",
    offers=("apology bot proposed",),
    tasks=("check_duties",),
    photos=1,
)
#: What happened; the duties were paid at checkout, so that the shop has to look into it.
_CHARGED = {
    "en": "The courier made me pay import duty at the door for order {n}, nobody told me about that",
    "de": "Ich musste für Bestellung {n} an der Tür Zoll und Einfuhrsteuer nachzahlen, das war nicht vereinbart",
    "fr": "On m'a réclamé des droits de douane à la livraison de la commande {n}, ce n'était pas prévu",
    "es": "Al entregarme el pedido {n} me cobraron aranceles que nadie me había avisado",
    "it": "Alla consegna dell'ordine {n} ho dovuto pagare dazi doganali imprevisti",
    "pl": "Przy odbiorze zamówienia {n} kazano mi dopłacić cło, o którym nikt nie uprzedzał",
    "ja": "注文{n}の受け取り時に、聞いていない関税を請求されました",
    "ar": "عند استلام الطلب {n} طلبوا مني دفع رسوم جمركية لم يخبرني بها أحد",
    "zh": "收订单{n}的时候快递让我补交关税，之前没人告诉我",
    "ru": "При получении заказа {n} с меня взяли таможенную пошлину, о которой никто не предупреждал",
}


def _rows() -> Iterator[Scenario]:
    for language, story in _HELD.items():
        says = {"utter_ask_remedy": '/choose_remedy{{"remedy": "apology"}}'}
        yield Scenario(language, "customs", story, _ASKED, says, ("utter_found_in_customs",))
    for language, story in _CHARGED.items():
        says = {"utter_ask_evidence": PHOTO, "utter_ask_remedy": '/choose_remedy{{"remedy": "apology"}}'}
        yield Scenario(language, "duties", story, _CHECKED, says, ("utter_found_duties_paid",))


SCENARIOS = tuple(_rows())
