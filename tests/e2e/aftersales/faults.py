"""Goods that are broken, wrong, incomplete, fake or dangerous."""

from __future__ import annotations

from collections.abc import Iterator

from tests.e2e.aftersales.scenario import PHOTO, Outcome, Scenario
from tests.e2e.aftersales.voices import VOICES

_REPAIRED = Outcome(
    ends=("utter_repair_opened",),
    issue="defective",
    wish="repair",
    offers=("repair bot accepted",),
    repairs=("approved",),
    tasks=("issue_return_label",),
    photos=1,
)
#: What happened, and what the customer would like.
_DEFECTIVE = {
    "en": (
        "My coffee grinder from order {n} stopped working after three weeks, the motor just hums",
        "Please repair it",
    ),
    "de": (
        "Die Kaffeemühle aus Bestellung {n} geht nach drei Wochen nicht mehr an, der Motor brummt nur noch",
        "Bitte reparieren Sie sie",
    ),
    "fr": (
        "Mon moulin à café de la commande {n} ne fonctionne plus, le moteur bourdonne sans tourner",
        "Je voudrais le faire réparer",
    ),
    "es": (
        "El molinillo del pedido {n} ha dejado de funcionar a las tres semanas, el motor solo zumba",
        "Quiero que me lo reparen",
    ),
    "it": ("Il macinacaffè dell'ordine {n} ha smesso di funzionare, il motore ronza e basta", "Vorrei farlo riparare"),
    "pl": (
        "Młynek do kawy z zamówienia {n} przestał działać po trzech tygodniach, silnik tylko buczy",
        "Proszę o naprawę",
    ),
    "ja": ("注文{n}のコーヒーミルが3週間で動かなくなりました。モーターがうなるだけです", "修理をお願いします"),
    "ar": ("مطحنة القهوة من الطلب {n} توقفت عن العمل بعد ثلاثة أسابيع، المحرك يصدر صوتاً فقط", "أريد إصلاحها"),
    "zh": ("订单{n}的咖啡研磨机用了三周就不转了，电机只会嗡嗡响", "请帮我维修"),
    "ru": ("Кофемолка из заказа {n} через три недели перестала работать, мотор только гудит", "Хочу сдать её в ремонт"),
}

_REVIEWED = Outcome(
    ends=("utter_return_in_review",),
    issue="damaged",
    wish="return_refund",
    state="investigating",
    offers=("return_refund bot proposed {amount}",),
    returns=("manual_review",),
    tasks=("decide",),
)
#: What happened, which of the goods, how many of them, what is wished for, and the refund.
_DAMAGED = {
    "en": (
        "Two of the mugs I ordered were broken when I opened the box, order {n}",
        "the mugs",
        "both",
        "I'd rather send them back and get my money",
        "61.80 USD",
    ),
    "de": (
        "Beim Auspacken waren die Tassen zerbrochen, Bestellnummer {n}",
        "die Tassen",
        "2",
        "Ich schicke sie zurück und möchte mein Geld",
        "55.80 EUR",
    ),
    "fr": (
        "J'ai ouvert le colis de la commande {n} et tout était cassé à l'intérieur",
        "le premier article",
        "2",
        "Je préfère les renvoyer et être remboursé",
        "55.80 EUR",
    ),
    "es": (
        "Las tazas del pedido {n} han llegado hechas añicos",
        "las tazas",
        "2",
        "Prefiero devolverlas y que me reembolsen",
        "55.80 EUR",
    ),
    "it": (
        "Le tazze dell'ordine {n} sono arrivate in frantumi",
        "il primo articolo",
        "2",
        "Preferisco restituirle e avere il rimborso",
        "55.80 EUR",
    ),
    "pl": (
        "Kubki z zamówienia {n} przyszły potłuczone",
        "pierwsza pozycja",
        "2",
        "Wolę je odesłać i dostać zwrot pieniędzy",
        "240.00 PLN",
    ),
    "ja": (
        "注文{n}のマグカップが届いたときに割れていました",
        "1番目の商品です",
        "2",
        "返品して返金してほしいです",
        "9200 JPY",
    ),
    "ar": ("وصلت الأكواب من الطلب {n} مكسورة تماماً", "المنتج الأول", "2", "أفضل إرجاعها واسترداد المال", "47.80 GBP"),
    "zh": ("订单{n}的杯子送到时已经碎了", "马克杯", "2", "我想退货退款", "436.00 CNY"),
    "ru": (
        "Кружки из заказа {n} приехали разбитыми",
        "первый товар",
        "2",
        "Хочу вернуть их и получить деньги обратно",
        "334.00 BRL",
    ),
}

_EXCHANGED = Outcome(
    ends=("utter_exchange_opened",),
    issue="wrong_item",
    wish="exchange",
    offers=("exchange bot accepted",),
    returns=("approved",),
    exchanges=("canvas-sneakers-38-white",),
    tasks=("issue_return_label",),
    photos=1,
)
#: What happened, the wish, and the variant that was ordered in the first place.
_WRONG = {
    "en": (
        "You sent me navy sneakers in order {n} although I had ordered white ones",
        "swap them for the right ones",
        "38 in white",
    ),
    "de": (
        "In Bestellung {n} waren blaue Sneaker, bestellt hatte ich weiße",
        "Bitte tauschen Sie sie um",
        "38 in weiß",
    ),
    "fr": (
        "J'avais commandé des baskets blanches et j'ai reçu des bleues, commande {n}",
        "Je veux les échanger",
        "38 en blanc",
    ),
    "es": (
        "Pedí unas zapatillas blancas y me han mandado unas azules, pedido {n}",
        "Quiero cambiarlas",
        "la 38 en blanco",
    ),
    "it": ("Avevo ordinato scarpe bianche e me ne sono arrivate di blu, ordine {n}", "Vorrei cambiarle", "38 bianche"),
    "pl": ("Zamówiłam białe trampki, a przyszły granatowe, zamówienie {n}", "Chcę je wymienić", "38 białe"),
    "ja": ("注文{n}で白いスニーカーを頼んだのに、紺色のものが届きました", "交換してください", "38の白"),
    "ar": ("طلبت حذاءً أبيض ووصلني حذاء أزرق، رقم الطلب {n}", "أريد استبداله", "مقاس 38 أبيض"),
    "zh": ("我订的是白色帆布鞋，你们发来的是蓝色的，订单{n}", "我要换货", "38码白色"),
    "ru": ("Я заказывала белые кеды, а прислали синие, заказ {n}", "Хочу обменять их", "38 белые"),
}

_SENT_AGAIN = Outcome(
    ends=("utter_reship_opened",),
    issue="missing_item",
    wish="reship",
    offers=("reship bot accepted",),
    reshipments=("reserved",),
    tasks=("ship_again",),
    photos=1,
)
#: What happened, which of the goods, and the wish.
_INCOMPLETE = {
    "en": ("The notebook was missing from my parcel, order {n}", "the notebook", "Just send the missing one, please"),
    "de": (
        "Im Paket zu Bestellung {n} fehlte das Notizbuch",
        "das Notizbuch",
        "Bitte schicken Sie das fehlende Stück nach",
    ),
    "fr": (
        "Il manquait un article dans le colis de ma commande {n}",
        "le deuxième",
        "Envoyez-moi ce qui manque, s'il vous plaît",
    ),
    "es": ("En el paquete del pedido {n} faltaba el cuaderno", "el cuaderno", "Envíenme lo que falta, por favor"),
    "it": ("Nel pacco dell'ordine {n} mancava un articolo", "il secondo", "Mandatemi quello che manca, per favore"),
    "pl": ("W paczce z zamówienia {n} brakowało jednej rzeczy", "druga pozycja", "Proszę dosłać brakującą rzecz"),
    "ja": ("注文{n}の荷物に商品が1つ入っていませんでした", "2番目の商品です", "足りない商品を送ってください"),
    "ar": ("كان هناك منتج ناقص في طرد الطلب {n}", "المنتج الثاني", "أرسلوا لي القطعة الناقصة من فضلكم"),
    "zh": ("订单{n}的包裹里少了笔记本", "笔记本", "请把缺的补寄给我"),
    "ru": ("В посылке по заказу {n} не хватало одного товара", "второй", "Дошлите, пожалуйста, недостающее"),
}

_KEPT = Outcome(
    ends=("utter_refund_keeps_goods",),
    issue="damaged",
    wish="refund_full",
    offers=("refund_full bot accepted {amount}",),
    refunds=("{amount}",),
    claims=("carrier draft",),
    tasks=("file_carrier_claim",),
    photos=1,
)
#: What happened, the wish, and the refund with the fee for delivery.
_CHEAP = {
    "en": ("The novel in order {n} arrived with torn pages and a crushed cover", "I want my money back", "29.80 USD"),
    "de": (
        "Der Roman aus Bestellung {n} kam mit zerrissenen Seiten und geknicktem Einband an",
        "Ich möchte mein Geld zurück",
        "17.80 EUR",
    ),
    "fr": (
        "Le roman de la commande {n} est arrivé avec des pages déchirées et la couverture écrasée",
        "Je veux être remboursé",
        "17.80 EUR",
    ),
    "es": (
        "La novela del pedido {n} llegó con hojas rotas y la tapa aplastada",
        "Quiero que me devuelvan el dinero",
        "17.80 EUR",
    ),
    "it": (
        "Il romanzo dell'ordine {n} è arrivato con le pagine strappate e la copertina schiacciata",
        "Rivoglio i miei soldi",
        "17.80 EUR",
    ),
    "pl": (
        "Książka z zamówienia {n} dotarła z podartymi stronami i zgniecioną okładką",
        "Chcę zwrotu pieniędzy",
        "75.80 PLN",
    ),
    "ja": ("注文{n}の小説が、ページが破れて表紙もつぶれた状態で届きました", "返金してください", "4590 JPY"),
    "ar": ("وصلت الرواية من الطلب {n} بصفحات ممزقة وغلاف مسحوق", "أريد استرداد نقودي", "23.80 GBP"),
    "zh": ("订单{n}的小说送来时书页撕破了，封面也压坏了", "我要退款", "217.00 CNY"),
    "ru": ("Роман из заказа {n} пришёл с рваными страницами и помятой обложкой", "Верните мне деньги", "165.80 BRL"),
}

_URGENT = Outcome(
    ends=("utter_complaint_registered", "utter_handoff_queued"),
    issue="safety_hazard",
    state="escalated",
    priority="urgent",
    tasks=("check_safety",),
    handoff=True,
)
_HAZARD = {
    "en": "The power bank from order {n} started smoking and burned my hand! {e}",
    "fr": "La batterie externe de la commande {n} a pris feu et m'a brûlé la main ! {e}",
    "it": "La batteria dell'ordine {n} ha preso fuoco e mi sono bruciata la mano! {e}",
    "ja": "注文{n}のモバイルバッテリーから煙が出て、手をやけどしました！ {e}",
    "zh": "订单{n}的充电宝冒烟起火，把我的手烫伤了！{e}",
}
_EXAMINED = Outcome(
    ends=("utter_return_in_review",),
    issue="counterfeit",
    wish="return_refund",
    state="investigating",
    offers=("return_refund bot proposed {amount}",),
    returns=("manual_review",),
    tasks=("check_authenticity",),
    photos=1,
)
#: What is suspected, the wish, and the refund with the fee for delivery.
_FAKE = {
    "de": (
        "Die Powerbank aus Bestellung {n} ist eine Fälschung, das ist kein Originalprodukt",
        "Ich will sie zurückgeben",
        "39.80 EUR",
    ),
    "es": ("La batería del pedido {n} es una falsificación, no es original", "Quiero devolverla", "39.80 EUR"),
    "pl": ("Powerbank z zamówienia {n} to podróbka, a nie oryginał", "Chcę go zwrócić", "170.90 PLN"),
    "ar": ("بطارية الشحن من الطلب {n} مقلدة وليست أصلية", "أريد إرجاعها", "42.80 GBP"),
    "ru": ("Пауэрбанк из заказа {n} — подделка, это не оригинал", "Хочу его вернуть", "297.90 BRL"),
}


def _rows() -> Iterator[Scenario]:
    for language, (story, wish) in _DEFECTIVE.items():
        yield Scenario(language, "defective", story, _REPAIRED, {"utter_ask_evidence": PHOTO, "utter_ask_remedy": wish})
    for language, (story, items, pieces, wish, amount) in _DAMAGED.items():
        says = {
            "utter_ask_items": items,
            "utter_ask_quantity": pieces,
            "utter_ask_evidence": VOICES[language].no_photo,
            "utter_ask_remedy": wish,
        }
        yield Scenario(language, "damaged", story, _REVIEWED.of(amount), says)
    for language, (story, wish, variant) in _WRONG.items():
        says = {"utter_ask_evidence": PHOTO, "utter_ask_remedy": wish, "utter_ask_variant": variant}
        yield Scenario(language, "wrong", story, _EXCHANGED, says, stock={"canvas-sneakers-38-white": -1})
    for language, (story, items, wish) in _INCOMPLETE.items():
        says = {"utter_ask_items": items, "utter_ask_evidence": PHOTO, "utter_ask_remedy": wish}
        yield Scenario(language, "incomplete", story, _SENT_AGAIN, says, stock={"notebook-navy": -1})
    for language, (story, wish, amount) in _CHEAP.items():
        says = {"utter_ask_evidence": PHOTO, "utter_ask_remedy": wish}
        yield Scenario(language, "cheap", story, _KEPT.of(amount), says)
    for language, story in _HAZARD.items():
        yield Scenario(language, "dangerous", story, _URGENT, hears=("utter_safety_stop_using",))
    for language, (story, wish, amount) in _FAKE.items():
        says = {"utter_ask_evidence": PHOTO, "utter_ask_remedy": wish}
        yield Scenario(language, "dangerous", story, _EXAMINED.of(amount), says)


SCENARIOS = tuple(_rows())
