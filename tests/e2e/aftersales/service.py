"""Complaints about ourselves, and a wish for nothing but that somebody hears it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.e2e.aftersales.scenario import Outcome, Scenario

_HEARD = Outcome(
    ends=("utter_complaint_registered",),
    issue="poor_service",
    wish="apology",
    state="investigating",
    priority="low",
    offers=("apology bot proposed",),
    tasks=("answer_customer",),
)
RUDE = {
    "en": "Your support agent was incredibly rude to me about order {n} and nobody ever answers my emails",
    "de": "Ihr Kundendienst war zu Bestellung {n} unverschämt unfreundlich und auf meine Mails antwortet niemand",
    "fr": "Votre service client a été très impoli au sujet de la commande {n} et personne ne répond à mes messages",
    "es": "Su atención al cliente fue muy grosera conmigo por el pedido {n} y nadie contesta a mis correos",
    "it": "Il vostro servizio clienti è stato molto scortese per l'ordine {n} e nessuno risponde alle mie mail",
    "pl": "Wasza obsługa klienta była bardzo nieuprzejma w sprawie zamówienia {n} i nikt nie odpowiada na moje maile",
    "ja": "注文{n}についての御社の対応は失礼で、とても不愉快な思いをしました",
    "ar": "خدمتكم سيئة ووقحة جداً معي بخصوص الطلب {n}، أنا مستاء منكم",
    "zh": "关于订单{n}，你们客服的态度非常恶劣，发邮件也没人回复",
    "ru": "Ваша поддержка грубила мне по заказу {n}, и на мои письма никто не отвечает",
}
SAYS = {"utter_ask_remedy": '/choose_remedy{{"remedy": "apology"}}'}
"""All that is wanted is that somebody says sorry."""


def _rows() -> Iterator[Scenario]:
    for language, story in RUDE.items():
        yield Scenario(language, "served", story, _HEARD, SAYS)


SCENARIOS = tuple(_rows())
