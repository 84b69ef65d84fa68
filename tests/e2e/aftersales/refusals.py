"""What policy does not allow, and what it leaves to a person."""

from __future__ import annotations

from collections.abc import Iterator

from tests.e2e.aftersales.scenario import Outcome, Scenario

_NOTHING = Outcome(ends=("utter_return_refused",), issue="changed_mind", wish="return_refund", state="closed")
#: Goods that nobody can sell again once they were opened, and the reason.
_HYGIENE = {
    "en": ("I'd like to return the face cream from order {n}", "I simply changed my mind"),
    "de": ("Ich möchte die Creme aus Bestellung {n} zurückgeben", "gefällt mir einfach nicht mehr"),
    "fr": ("Je voudrais renvoyer la crème de la commande {n}", "j'ai simplement changé d'avis"),
    "es": ("Quiero devolver la crema del pedido {n}", "simplemente ya no la quiero"),
    "it": ("Vorrei restituire la crema dell'ordine {n}", "ho semplicemente cambiato idea"),
    "pl": ("Chcę zwrócić krem z zamówienia {n}", "po prostu się rozmyśliłam"),
    "ja": ("注文{n}のクリームを返品したいです", "気が変わって、いらなくなりました"),
    "ar": ("أريد إرجاع الكريم من الطلب {n}", "غيرت رأيي ببساطة"),
    "zh": ("我想退掉订单{n}的面霜", "就是不想要了"),
}
#: Where the law excepts no goods, nobody is asked whether they were opened.
_HYGIENE_TAKEN_BACK = {"ru": ("Хочу вернуть крем из заказа {n}", "просто передумала", "225.90 BRL")}
_TAKEN_BACK = Outcome(
    ends=("utter_return_opened",),
    issue="changed_mind",
    wish="return_refund",
    offers=("return_refund bot accepted {amount}",),
    returns=("approved",),
    tasks=("issue_return_label",),
)
#: Goods that came two months ago, and the reason.
_OLD = {
    "en": ("I want to send the boots from order {n} back", "I don't like them any more"),
    "de": ("Ich will die Stiefel aus {n} zurückschicken", "sie gefallen mir nicht mehr"),
    "fr": ("Je veux renvoyer les bottines de la commande {n}", "elles ne me plaisent plus"),
    "es": ("Quiero devolver los botines del pedido {n}", "ya no me gustan"),
    "it": ("Voglio restituire gli stivaletti dell'ordine {n}", "non mi piacciono più"),
    "pl": ("Chcę odesłać botki z zamówienia {n}", "już mi się nie podobają"),
    "ja": ("注文{n}のブーツを返品したいです", "気に入らなくなりました"),
    "ar": ("أريد إرجاع الحذاء من الطلب {n}", "لم يعد يعجبني"),
    "zh": ("我要退订单{n}的靴子", "不喜欢了"),
    "ru": ("Хочу вернуть ботинки из заказа {n}", "они мне разонравились"),
}

_REVIEWED = Outcome(
    ends=("utter_return_in_review",),
    issue="changed_mind",
    wish="return_refund",
    state="investigating",
    offers=("return_refund bot proposed {amount}",),
    returns=("manual_review",),
    tasks=("decide",),
)
#: Goods worth more than the bot may decide about, the reason, and the price.
_EXPENSIVE = {
    "en": ("I want to send the laptop from order {n} back", "I just don't need it", "1100.00 USD"),
    "de": ("Ich möchte den Laptop aus Bestellung {n} zurückgeben", "ich brauche ihn doch nicht", "999.00 EUR"),
    "fr": ("Je veux renvoyer l'ordinateur de la commande {n}", "je n'en ai finalement pas besoin", "999.00 EUR"),
    "es": ("Quiero devolver el portátil del pedido {n}", "al final no lo necesito", "999.00 EUR"),
    "it": ("Vorrei restituire il portatile dell'ordine {n}", "alla fine non mi serve", "999.00 EUR"),
    "pl": ("Chcę zwrócić laptopa z zamówienia {n}", "jednak go nie potrzebuję", "4300.00 PLN"),
    "ja": ("注文{n}のノートパソコンを返品したいです", "やっぱり必要なくなりました", "165000 JPY"),
    "ar": ("أريد إرجاع الحاسوب المحمول من الطلب {n}", "لم أعد بحاجة إليه", "859.00 GBP"),
    "zh": ("我想退订单{n}的笔记本电脑", "买了以后发现用不上", "7790.00 CNY"),
    "ru": ("Хочу вернуть ноутбук из заказа {n}", "он мне всё-таки не нужен", "5990.00 BRL"),
}


def _rows() -> Iterator[Scenario]:
    for language, (wish, why) in _HYGIENE.items():
        says = {"utter_ask_reason": why, "utter_ask_sealed": "/deny"}
        yield Scenario(
            language, "hygiene", wish, _NOTHING, says, hears=("utter_ask_sealed",), reasons=("hygiene_goods",)
        )
    for language, (wish, why, amount) in _HYGIENE_TAKEN_BACK.items():
        yield Scenario(language, "hygiene", wish, _TAKEN_BACK.of(amount), {"utter_ask_reason": why})
    for language, (wish, why) in _OLD.items():
        yield Scenario(language, "old", wish, _NOTHING, {"utter_ask_reason": why}, reasons=("window_closed",))
    for language, (wish, why, amount) in _EXPENSIVE.items():
        yield Scenario(language, "expensive", wish, _REVIEWED.of(amount), {"utter_ask_reason": why})


SCENARIOS = tuple(_rows())
