"""How customers say that they mean everything they ordered, by language."""

from __future__ import annotations

import re
from functools import cache

#: "Everything", "both", "the whole order" as whole words, lower case; East Asian and Thai ones anywhere.
_EVERYTHING: dict[str, tuple[str, ...]] = {
    "en": ("all", "all of it", "all of them", "everything", "both", "both of them", "the whole lot",
           "the whole order",
           "whole order", "entire order", "complete order", "full order", "every item"),
    "de": ("alles", "alle", "beide", "beiden", "beides", "komplett", "komplette", "kompletten",
           "die ganze bestellung",
           "ganze bestellung", "sämtliche", "sämtlichen", "die gesamte bestellung", "gesamte bestellung",
           "alle artikel"),
    "fr": ("tout", "tous", "toutes", "les deux", "toute la commande", "la commande entière", "l'ensemble",
           "l'intégralité"),
    "es": ("todo", "todos", "toda", "todas", "ambos", "ambas", "los dos", "las dos", "el pedido entero",
           "el pedido completo",
           "pedido completo", "todo el pedido"),
    "it": ("tutto", "tutti", "tutte", "entrambi", "entrambe", "tutti e due", "tutte e due", "l'intero ordine",
           "ordine completo",
           "ordine intero", "tutto l'ordine"),
    "pt": ("tudo", "todos", "todas", "ambos", "ambas", "os dois", "as duas", "o pedido inteiro", "pedido completo",
           "pedido inteiro", "encomenda toda", "a encomenda inteira"),
    "nl": ("alles", "alle", "allemaal", "beide", "allebei", "de hele bestelling", "hele bestelling",
           "volledige bestelling"),
    "pl": ("wszystko", "wszystkie", "całość", "oba", "obie", "obydwa", "obydwie", "całe zamówienie"),
    "ru": ("все", "всё", "оба", "обе", "весь заказ", "полностью", "целиком", "все товары", "всю посылку"),
    "tr": ("hepsi", "hepsini", "tümü", "tümünü", "tamamı", "tamamını", "her ikisi", "her ikisini", "ikisi de",
           "ikisini de",
           "ikisini", "bütün sipariş", "tüm sipariş", "siparişin tamamı", "her şey", "her şeyi"),
    "ar": ("الكل", "كل شيء", "كل شي", "كلها", "كلهم", "كله", "جميعها", "جميعهم", "جميع المنتجات", "كلاهما", "كليهما",
           "الاثنين معا",
           "الطلب كامل", "الطلب كامل", "الطلب بالكامل", "كامل الطلب", "كل الطلب", "الطلبية كلها", "كل المنتجات",
           "kollo", "kolo"),
    "ja": ("全部", "すべて", "全て", "両方", "どちらも", "注文全体", "全商品", "全点", "まるごと", "ぜんぶ"),
    "ko": ("전부", "모두", "다요", "둘 다", "둘다", "전체", "주문 전체", "싹 다", "모든 상품", "전부 다"),
    "zh": ("全部", "都要", "两个都", "两件都", "都退", "都换", "所有", "整单", "全都", "一起退", "两样都",
           "整个订单"),
    "zh-TW": ("全部", "都要", "兩個都", "兩件都", "都退", "都換", "所有", "整單", "全都", "一起退", "兩樣都",
              "整個訂單", "整筆訂單"),
    "th": ("ทั้งหมด", "ทุกชิ้น", "ทุกอย่าง", "ทั้งสอง", "ทั้งคู่", "ทั้งออเดอร์", "ทุกรายการ", "หมดเลย"),
    "sv": ("allt", "alla", "alltihop", "båda", "bägge", "båda två", "hela beställningen", "hela ordern", "samtliga"),
    "da": ("alt", "alle", "det hele", "begge", "begge dele", "begge to", "hele ordren", "hele bestillingen",
           "samtlige"),
    "no": ("alt", "alle", "alt sammen", "begge", "begge deler", "begge to", "hele ordren", "hele bestillingen",
           "samtlige"),
    "fi": ("kaikki", "kaikkea", "kaiken", "molemmat", "kummatkin", "koko tilaus", "koko tilauksen",
           "kaikki tuotteet"),
    "cs": ("všechno", "vše", "všechny", "oboje", "obojí", "oba", "obě", "celou objednávku", "celá objednávka",
           "všecko"),
    "hu": ("mindent", "minden", "mind", "mindet", "mindegyik", "mindegyiket", "mindkettő", "mindkettőt", "az egész",
           "az egészet", "az egész rendelést", "a teljes rendelést", "az összes", "az összeset"),
    "ro": ("tot", "toate", "toți", "totul", "ambele", "amândouă", "amândoi", "toată comanda", "întreaga comandă",
           "comanda întreagă"),
    "el": ("όλα", "όλες", "όλους", "και τα δύο", "και τα δυο", "και τις δύο", "τα πάντα", "ολόκληρη την παραγγελία",
           "όλη την παραγγελία", "όλη η παραγγελία"),
    "uk": ("все", "усе", "всі", "усі", "обидва", "обидві", "обоє", "все замовлення", "усе замовлення", "повністю"),
    "bg": ("всичко", "всички", "всичките", "двете", "двата", "и двете", "и двата", "цялата поръчка", "изцяло"),
    "he": ("הכל", "הכול", "כולם", "כולן", "שניהם", "שתיהן", "כל ההזמנה", "ההזמנה כולה", "כל הפריטים", "את כל"),
    "hi": ("सब", "सभी", "सब कुछ", "सारा", "सारे", "सारी", "दोनों", "पूरा ऑर्डर", "पूरा आर्डर", "सारा सामान", "sab",
           "sabhi", "sab kuch",
           "dono", "poora order", "pura order", "sara"),
    "id": ("semua", "semuanya", "keduanya", "dua-duanya", "kedua-duanya", "seluruhnya", "seluruh pesanan",
           "semua barang"),
    "vi": ("tất cả", "tất cả mọi thứ", "cả hai", "cả đơn", "toàn bộ", "hết", "cả đơn hàng", "toàn bộ đơn hàng",
           "tat ca", "ca hai"),
    "ms": ("semua", "semuanya", "kedua-duanya", "kesemuanya", "keseluruhan", "seluruh pesanan", "semua barang",
           "dua-dua"),
    "fa": ("همه", "همه چیز", "همه‌چیز", "همش", "همشون", "همه شون", "تمامش", "هر دو", "هر دوتا", "هردو", "کل سفارش",
           "تمام سفارش", "همگی"),
}  # fmt: skip
#: Words that hold one of these and mean something else.
_NOT_EVERYTHING: dict[str, tuple[str, ...]] = {
    "en": ("not at all", "at all", "that's all", "thats all", "that is all", "after all", "all right", "all good",
           "all day",
           "all week", "all the time", "all this time", "first of all", "all over", "above all", "all along",
           "all night",
           "not everything", "not all", "not both", "all sorts", "all i want", "all i need", "all the best",
           "once and for all"),
    "de": ("alles klar", "alles gute", "alles gut", "vor allem", "alle tage", "das ist alles", "das wäre alles",
           "nicht alles",
           "nicht alle", "komplett falsch", "komplett kaputt", "das war alles", "nicht beide", "alles in ordnung"),
    "fr": ("tout de suite", "pas du tout", "du tout", "tout à fait", "tout à l'heure", "tout le temps",
           "tous les jours",
           "c'est tout", "tout va bien", "tout d'abord", "tout simplement", "pas tout", "en tout cas",
           "tout le monde"),
    "es": ("todo bien", "todo el día", "del todo", "sobre todo", "todos los días", "eso es todo", "es todo",
           "no todo",
           "todo el tiempo", "todo el mundo", "ante todo", "de todos modos", "de todas formas"),
    "it": ("tutto bene", "tutto il resto", "tutto ok", "prima di tutto", "del tutto", "tutti i giorni", "è tutto",
           "non tutto", "tutto il giorno"),
    "pt": ("tudo bem", "a todos", "tudo bom", "tudo certo", "todos os dias", "é tudo", "é só tudo", "nem tudo",
           "antes de tudo", "não é tudo"),
    "nl": ("alles goed", "niet alles", "dat is alles", "allemaal goed", "niet allemaal", "alle dagen",
           "dat was alles"),
    "pl": ("to wszystko", "nie wszystko", "wszystko w porządku", "wszystko ok", "przede wszystkim"),
    "ru": ("все еще", "всё ещё", "всё еще", "все ещё", "все равно", "всё равно", "все-таки", "всё-таки", "это все",
           "это всё", "не все",
           "все время", "всё время", "все хорошо", "всё хорошо", "все понятно", "прежде всего"),
    "uk": ("все ще", "все одно", "все-таки", "це все", "не все", "весь час", "все добре", "все гаразд"),
    "bg": ("това е всичко", "не всичко", "преди всичко", "всички дни"),
    "tr": ("her şey yolunda", "hepsi bu", "hepsi bu kadar"),
    "sv": ("inte allt", "allt bra", "det var allt", "alla dagar", "framför allt", "inte alls"),
    "da": ("ikke alt", "alt godt", "det var alt", "alle dage", "frem for alt", "alt for"),
    "no": ("ikke alt", "alt bra", "det var alt", "alle dager", "fremfor alt", "alt for"),
    "fi": ("kaikki hyvin", "kaikki ok", "siinä kaikki", "ei kaikkea", "kaiken kaikkiaan"),
    "cs": ("to je vše", "to je všechno", "vše v pořádku", "především", "ne všechno"),
    "hu": ("minden nap", "minden rendben", "ez minden", "nem minden", "minden jót"),
    "ro": ("tot nu", "tot timpul", "tot n-am", "nu tot", "atât tot", "tot aștept", "tot așa", "tot mai"),
    "el": ("όλα καλά", "όλα εντάξει", "αυτά όλα", "πάνω από όλα"),
    "he": ("הכל בסדר", "הכל טוב", "זה הכל", "לא הכל", "קודם כל"),
    "ar": ("كل شيء تمام", "ليس كل شيء", "كل شيء على ما يرام"),
    "hi": ("सब ठीक", "sab theek", "sab thik", "सबसे"),
    "id": ("tidak semua", "bukan semua", "itu semua"), "ms": ("bukan semua", "tidak semua", "itu semua"),
    "vi": ("chưa hết", "hết hạn", "hết hàng", "hết bảo hành", "hết tiền", "không phải tất cả", "trước hết",
           "hết rồi", "hết sức"),
    "fa": ("همه روزه", "همه چیز خوبه", "نه همه", "همیشه"),
    "zh": ("不是全部", "不是所有"), "zh-TW": ("不是全部", "不是所有"), "ja": ("全部ではな", "全部じゃな"),
           "ko": ("전부는 아니",),
    "th": ("ไม่ใช่ทั้งหมด",),
}  # fmt: skip
#: What is "everything" in one language and another word in others, or half a word: counted only in its own.
_AT_HOME_ONLY = frozenset(
    "all alt alla alle alles mind tot tout tous todo todos toda todas obe oba hele hết cả sara sab"
    " kolo kollo 所有 すべて 전체 다요"
    " همه все оба обе hepsi minden beide toate".split()
)
#: In a long message, these are mostly about something else: "all my shirts shrink".
_WEAK = frozenset(
    "all alt allt alla alle tot tout tous toutes todo todos toda todas tutti tutte hele hết все всё"
    " усе всі minden mind toate"
    " sab सब सभी همه semua כולם 所有 전체 모두 すべて всички 都要 ทั้งหมด".split()
)
_SHORT, _SHORT_DENSE = 6, 20
_DENSE = frozenset({"zh", "zh-TW", "ja", "ko", "th"})
#: Prefixes that Arabic and Hebrew write together with the word.
_PARTICLES = {"ar": "[وفبل]?", "he": "[והבלש]{0,2}"}


def means_everything(text: str, language: str) -> bool:
    """Tell whether a message speaks of all there is; idioms such as "that's all" and "not all" are none.

    Words of the message's language and of English count, and of other languages those that are theirs alone.
    """
    said = " ".join(text.casefold().replace("’", "'").split())
    said = _idioms(language).sub(" ", said)
    is_long = len(said.split()) > _SHORT or (language in _DENSE and len(said) > _SHORT_DENSE)
    return any(not (is_long and match.group() in _WEAK) for match in _pattern(language).finditer(said))


@cache
def _pattern(language: str) -> re.Pattern[str]:
    return re.compile("|".join(_expression(code, words) for code, words in _counting(language) if words))


def _counting(language: str) -> list[tuple[str, list[str]]]:
    return [
        (code, [word for word in words if code in (language, "en") or word not in _AT_HOME_ONLY])
        for code, words in _EVERYTHING.items()
    ]


@cache
def _idioms(language: str) -> re.Pattern[str]:
    codes = [code for code in dict.fromkeys((language, "en")) if code in _NOT_EVERYTHING]
    return re.compile("|".join(_expression(code, list(_NOT_EVERYTHING[code])) for code in codes))


def _expression(language: str, words: list[str]) -> str:
    body = "|".join(re.escape(word.casefold()) for word in sorted(words, key=len, reverse=True))
    return f"(?:{body})" if language in _DENSE else rf"(?<![^\W_]){_PARTICLES.get(language, '')}(?:{body})(?![^\W_])"


#: Little words of product titles ("with", "for", "of"), compared without accents, which name no product.
GLUE = frozenset(
    "and for from the with out your von und mit fur aus nach der die das les des pour avec sur par toute"
    " del los las con para por una"
    " per della alla di da do das dos com sem sob met van voor het een het naar dla bez nad pod"
    " dwie dwa для из на без под при"
    " на за из от по ile icin olan med til och att och mot och efter av som den det ett for pro bez"
    " pod nad ala cel din pentru"
    " cu la fara peste και απο για στα του της των για σας με από χωρίς για kan και pentru fara"
    " untuk dengan dan yang dari oleh"
    " anda bisa cho bang dai hai cua với không một mọi người и с в на зі для від без під із של עם"
    " על כל לפי من مع على بـ"
    " का के की में और साथ वाला वाली वाले از با برای هر در و را isi set sesuai ikut sada komplet"
    " szett zestaw pack paquete lot kit juego"
    " pairs paar paire paires pares par pary par pari pieces stuck stuks sztuk штук шт buc perechi"
    " pereche parete db kpl"
    " stk ks броя two zwei deux dos due dois duas twee dwie iki tva dve dvou ket doi doua δυο два"
    " две двух двете दो dua hai kahden kisilik двоих شخصين نفره piezas pecas pezzi unita unidades tlg".split()
)
