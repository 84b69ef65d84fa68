"""What a conversation's language survives: names, brands, products and cities; and what changes it: talk."""

from __future__ import annotations

import pytest

from bot.nlu.language.identify import identify
from bot.nlu.language.own_ngrams import OwnNgrams

# Message and language of the conversation.
NAMES = [
    ("Giovanni Rossi", "de"),
    ("giovanni rossi", "de"),
    ("Louis Vuitton", "de"),
    ("louis vuitton", "en"),
    ("Lightweight Running Shoes", "ja"),
    ("Lightweight Running Shoes", "de"),
    ("running shoes", "de"),
    ("Hello world", "de"),
    ("hello world", "fr"),
    ("María José García López", "en"),
    ("Anna de Vries", "de"),
    ("Jan van der Berg", "en"),
    ("João da Silva", "es"),
    ("François Dupont", "de"),
    ("Zoë Müller", "fr"),
    ("Nguyễn Văn An", "en"),
    ("Kowalska Agnieszka", "de"),
    ("Ayşe Yılmaz", "de"),
    ("Mikko Virtanen", "sv"),
    ("Siti Nurhaliza", "en"),
    ("Иван Петров", "en"),
    ("Олена Шевченко", "de"),
    ("山田太郎", "en"),
    ("김민수", "en"),
    ("김 민수", "de"),
    ("王小明", "en"),
    ("陳美玲", "de"),
    ("محمد أحمد", "fr"),
    ("राजेश कुमार", "en"),
    ("Γιώργος Παπαδόπουλος", "en"),
    ("דוד כהן", "en"),
    ("علی رضایی", "de"),
    ("New York", "de"),
    ("New Balance", "it"),
    ("Los Angeles", "fr"),
    ("Las Vegas", "de"),
    ("San Sebastián de los Reyes", "en"),
    ("Le Creuset", "de"),
    ("The North Face", "es"),
    ("La Roche Posay", "en"),
    ("Dr. Martens Chelsea Boots", "de"),
    ("Tommy Hilfiger", "nl"),
    ("Nike Air Zoom Pegasus", "fr"),
    ("Bang & Olufsen Beoplay", "de"),
    ("Hugo Boss", "it"),
    ("Dolce Gabbana", "de"),
    ("Villeroy & Boch", "fr"),
    ("Frankfurt am Main", "en"),
    ("Rio de Janeiro", "en"),
    ("Köln", "en"),
    ("İstanbul Kadıköy", "en"),
    ("Москва", "en"),
    ("Санкт-Петербург", "de"),
    ("東京都渋谷区", "en"),
    ("北京市朝阳区", "en"),
    ("القاهرة", "en"),
    ("Black Leather Jacket", "de"),
    ("Wool Sweater", "it"),
    ("Ceramic Coffee Mug", "es"),
    ("ceramic coffee mug", "de"),
    ("Wireless Headphones", "pl"),
    ("Stainless Steel Water Bottle", "fr"),
    ("Chelsea Boots", "zh"),
    ("T-Shirt Navy Blue", "ko"),
    ("Yoga Mat", "th"),
    ("Espressomaschine", "en"),
    ("Zapatillas Running", "en"),
    ("Trail Runner Pro", "ar"),
    ("iPhone Ladekabel", "en"),
    ("Sneaker Schwarz", "en"),
    ("佐藤健一", "en"),
    ("박지훈", "de"),
    ("Ολυμπία Νικολάου", "fr"),
    ("Zalando Lounge", "fi"),
]
MIXED = [
    ("Ich möchte die Lightweight Running Shoes zurückgeben", "de"),
    ("Je veux rendre mes Running Shoes", "fr"),
    ("Lightweight Running Shoesを返品したい", "ja"),
    ("我的Wireless Headphones坏了", "zh"),
    ("Die North Face Jacke ist kaputt", "de"),
    ("mein Name ist Giovanni Rossi", "de"),
    ("el Coffee Mug llegó roto", "es"),
    ("Bestellung 10482733, Trail Runner Pro, size 42", "de"),
    ("my name is José García", "en"),
    ("หูฟัง Wireless Headphones เสีย", "th"),
    ("die Black Leather Jacket bitte", "de"),
    ("запиши меня как John Smith", "ru"),
    ("order no 10482733 Giovanni Rossi", "en"),
    ("refund bitte", "de"),
    ("sorry, das passt nicht", "de"),
    ("Nike Air Zoom, bitte", "de"),
]
# Message, language of the conversation, language it goes on in.
TALK = [
    ("können wir deutsch sprechen", "en", "de"),
    ("english please", "de", "en"),
    ("please speak english", "de", "en"),
    ("do you speak english?", "it", "en"),
    ("parla italiano?", "en", "it"),
    ("wo ist mein paket", "en", "de"),
    ("where is my parcel", "de", "en"),
    ("où est mon colis ?", "en", "fr"),
    ("dónde está mi pedido", "en", "es"),
    ("I want a refund", "fr", "en"),
    ("ich will mein Geld zurück", "en", "de"),
    ("hola, quiero devolver los zapatos", "de", "es"),
    ("我想退货", "en", "zh"),
    ("我的訂單還沒到", "en", "zh-TW"),
    ("返品したいです", "en", "ja"),
    ("환불 받고 싶어요", "en", "ko"),
    ("ขอคืนเงินค่ะ", "en", "th"),
    ("где мой заказ", "en", "ru"),
    ("أين طلبي", "en", "ar"),
    ("पैसे वापस चाहिए", "en", "hi"),
    ("siparişim nerede", "en", "tr"),
    ("gdzie jest moja paczka", "en", "pl"),
    ("missä tilaukseni on", "sv", "fi"),
    ("hvor er min pakke", "en", "da"),
    ("Guten Tag", "en", "de"),
    ("Guten Morgen, mein Paket fehlt", "en", "de"),
    ("Buenos días", "en", "es"),
    ("My shoes are broken", "de", "en"),
    ("der Schuh ist kaputt", "en", "de"),
    ("le chaussure est cassée", "de", "fr"),
    ("quero meu dinheiro de volta", "es", "pt"),
    ("Thank you very much", "de", "en"),
    ("bana iade edin", "de", "tr"),
    ("my order is late", "ar", "en"),
    ("het pakket is kapot", "de", "nl"),
    ("the box was empty", "zh", "en"),
    ("ChatGPT is not helping me", "de", "en"),
    ("Tere, minu pakk ei ole ikka veel kohale jõudnud", "en", "et"),
    ("Dobrý deň, môj balík ešte stále neprišiel, čo mám robiť?", "de", "sk"),
]


@pytest.mark.parametrize(("text", "conversation"), NAMES)
def test_names_brands_products_and_cities_do_not_change_the_language(
    own: OwnNgrams, text: str, conversation: str
) -> None:
    assert identify(text, own, conversation=conversation).language == conversation


@pytest.mark.parametrize(("text", "conversation"), MIXED)
def test_foreign_words_within_a_message_do_not_change_the_language(
    own: OwnNgrams, text: str, conversation: str
) -> None:
    assert identify(text, own, conversation=conversation).language == conversation


@pytest.mark.parametrize(("text", "conversation", "expected"), TALK)
def test_talk_in_another_language_changes_it(own: OwnNgrams, text: str, conversation: str, expected: str) -> None:
    assert identify(text, own, conversation=conversation).language == expected


@pytest.mark.parametrize("text", ["Giovanni Rossi", "Louis Vuitton", "Kowalska Agnieszka", "Ayşe Yılmaz"])
def test_a_name_does_not_overrule_the_language_of_the_browser(own: OwnNgrams, text: str) -> None:
    assert identify(text, own, locale="de").language == "de"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("kargom nerde", "tr"),
        ("Guten Tag", "de"),
        ("Hola", "es"),
        ("Rückgabe", "de"),
        ("Возврат", "ru"),
        ("Merci", "fr"),
    ],
)
def test_a_short_first_message_does(own: OwnNgrams, text: str, language: str) -> None:
    assert identify(text, own, locale="en").language == language


def test_the_browser_does_not_count_in_a_conversation(own: OwnNgrams) -> None:
    assert identify("Kowalska Agnieszka", own, conversation="pl", locale="de").language == "pl"
