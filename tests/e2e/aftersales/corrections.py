"""A return whose customer asks in between, changes number and reason, asks how it goes, and takes it back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Correction:
    """One language's sentences; ``{n}`` is the order number."""

    start: str
    one: str
    how_long: str
    why: str
    not_one: str
    status: str
    withdraw: str


CORRECTIONS = {
    "en": Correction(
        "I'd like to return some of the t-shirts from order {n}",
        "just 1",
        "how long will my refund take?",
        "I don't like the look of it",
        "sorry, 2 not 1",
        "how is my return going?",
        "I'm keeping them after all, please cancel the return",
    ),
    "de": Correction(
        "Ich möchte T-Shirts aus Bestellung {n} zurückgeben",
        "nur 1",
        "wie lange dauert die Erstattung?",
        "gefällt mir doch nicht",
        "Moment, 2, nicht 1",
        "wie steht es um meine Retoure?",
        "Ich behalte sie doch, bitte die Rücksendung stornieren",
    ),
    "fr": Correction(
        "Je voudrais renvoyer des t-shirts de la commande {n}",
        "1 seul",
        "combien de temps prend le remboursement ?",
        "finalement il ne me plaît pas",
        "pardon, 2 et non 1",
        "où en est mon retour ?",
        "Finalement je les garde, annulez le retour s'il vous plaît",
    ),
    "es": Correction(
        "Quiero devolver camisetas del pedido {n}",
        "solo 1",
        "¿cuánto tarda el reembolso?",
        "ya no me gusta",
        "perdón, 2, no 1",
        "¿cómo va mi devolución?",
        "Al final me las quedo, cancelen la devolución por favor",
    ),
    "it": Correction(
        "Vorrei restituire delle magliette dell'ordine {n}",
        "solo 1",
        "quanto tempo ci vuole per il rimborso?",
        "non mi piace più",
        "scusi, 2 non 1",
        "a che punto è il mio reso?",
        "Alla fine le tengo, annullate il reso per favore",
    ),
    "pl": Correction(
        "Chcę zwrócić koszulki z zamówienia {n}",
        "tylko 1",
        "ile trwa zwrot pieniędzy?",
        "po prostu mi się nie podoba",
        "przepraszam, 2, nie 1",
        "jak idzie mój zwrot?",
        "Jednak je zatrzymam, proszę anulować zwrot",
    ),
    "ja": Correction(
        "注文{n}のTシャツを返品したいです",
        "1枚だけ",
        "返金までどのくらいかかりますか？",
        "気に入らなかったので",
        "すみません、1枚ではなく2枚です",
        "返品の状況を教えてください",
        "やっぱり手元に残すので、返品を取り消してください",
    ),
    "ar": Correction(
        "أريد إرجاع بعض القمصان من الطلب {n}",
        "1 فقط",
        "كم يستغرق استرداد المبلغ؟",
        "لم يعجبني",
        "عفواً، 2 وليس 1",
        "ما وضع عملية الإرجاع؟",
        "قررت الاحتفاظ بها، ألغوا الإرجاع من فضلكم",
    ),
    "zh": Correction(
        "我想退订单{n}里的T恤",
        "只退1件",
        "退款要多久到账？",
        "不喜欢了",
        "不好意思，是2件，不是1件",
        "我的退货进度怎么样了？",
        "我还是留着吧，取消退货",
    ),
    "ru": Correction(
        "Хочу вернуть футболки из заказа {n}",
        "только 1",
        "сколько ждать возврата денег?",
        "просто не понравилась",
        "извините, 2, а не 1",
        "как продвигается мой возврат?",
        "Я всё-таки оставлю их себе, отмените возврат",
    ),
}
