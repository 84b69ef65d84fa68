"""Customers with two orders and two complaints in one conversation."""

from __future__ import annotations

#: The first wish, why, the second complaint, and what shall be done about it.
TWO_CASES = {
    "en": (
        "I want to return the running shoes from order {n}",
        "they're too small for me",
        "And the dress from order {n} arrived with a torn seam",
        "I'd like my money back",
    ),
    "de": (
        "Ich möchte die Laufschuhe aus Bestellung {n} zurückgeben",
        "sie sind mir zu klein",
        "Außerdem kam das Kleid aus Bestellung {n} mit gerissener Naht an",
        "Ich möchte mein Geld zurück",
    ),
    "fr": (
        "Je veux renvoyer les chaussures de la commande {n}",
        "elles sont trop petites",
        "Et la robe de la commande {n} est arrivée déchirée",
        "Je veux être remboursée",
    ),
    "es": (
        "Quiero devolver las zapatillas del pedido {n}",
        "me quedan pequeñas",
        "Además, el vestido del pedido {n} llegó roto",
        "Quiero que me devuelvan el dinero",
    ),
    "it": (
        "Vorrei restituire le scarpe dell'ordine {n}",
        "mi stanno piccole",
        "Inoltre il vestito dell'ordine {n} è arrivato strappato",
        "Vorrei il rimborso",
    ),
    "pl": (
        "Chcę zwrócić buty z zamówienia {n}",
        "są na mnie za małe",
        "A sukienka z zamówienia {n} przyszła rozdarta",
        "Chcę zwrotu pieniędzy",
    ),
    "ja": (
        "注文{n}のランニングシューズを返品したいです",
        "サイズが小さすぎました",
        "それから、注文{n}のワンピースが破れた状態で届きました",
        "返金してほしいです",
    ),
    "ar": (
        "أريد إرجاع الحذاء الرياضي من الطلب {n}",
        "مقاسه صغير جداً علي",
        "كما أن الفستان من الطلب {n} وصل ممزقاً",
        "أريد استرداد نقودي",
    ),
    "zh": ("我想退订单{n}的跑鞋", "太小了，穿不下", "还有，订单{n}的裙子收到时就破了", "我要退款"),
    "ru": (
        "Хочу вернуть кроссовки из заказа {n}",
        "они мне малы",
        "А платье из заказа {n} пришло рваным",
        "Хочу вернуть деньги",
    ),
}
