"""What customers write the next day: going on where they stopped, about a quote, and whether it is solved."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NextDay:
    """One language's answers: why it goes back, what to do about the price of a repair, and why it was rated so."""

    why: str
    repair: str
    comment: str


#: Whose repair is wanted for its price, and who is content; the others want neither.
CONTENT = frozenset({"en", "fr", "it", "ar", "ru"})

#: What neither accepts nor declines the price for sure, so that the bot had better ask again.
DOUBTS = {"en": "don't repair it for that price", "de": "repariert es bitte nicht", "zh": "不修了，太贵了"}

#: Another problem with the order of which something was missing.
COMES_BACK = {
    "en": "the other things of order {n} arrived broken, too",
    "de": "und jetzt sehe ich, dass von Bestellung {n} auch noch etwas kaputt ist",
}

NEXT_DAY = {
    "en": NextDay("they're too small, I can't get into them", "Yes, that price is fine", "quick and friendly, thanks"),
    "de": NextDay("sie sind mir viel zu klein", "Nein, das ist mir zu teuer", "hat ewig gedauert"),
    "fr": NextDay("elles sont trop petites pour moi", "Oui, je suis d'accord avec ce prix", "rapide et efficace"),
    "es": NextDay("me quedan demasiado pequeñas", "No, es demasiado caro", "tardaron muchísimo"),
    "it": NextDay("mi stanno troppo piccole", "Sì, accetto il preventivo", "gentili e veloci"),
    "pl": NextDay("są na mnie za małe", "Nie, dziękuję, za drogo", "trwało to bardzo długo"),
    "ja": NextDay("サイズが小さすぎて履けません", "いいえ、高すぎます", "対応が遅かったです"),
    "ar": NextDay("مقاسه صغير جداً علي", "نعم، أوافق على السعر", "خدمة سريعة وممتازة"),
    "zh": NextDay("太小了，根本穿不进去", "不，太贵了", "处理得太慢了"),
    "ru": NextDay("они мне малы, не налезают", "Да, согласен на эту цену", "быстро и вежливо"),
}
