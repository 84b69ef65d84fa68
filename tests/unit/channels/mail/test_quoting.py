"""Only what the customer has written now is read, in every language and from every mail program."""

from __future__ import annotations

import pytest

from bot.channels.mail.quoting import stripped

QUOTE = "> Please send us a photo.\n> Order 1001"

# Language and mail program, what introduces the quote.
INTRODUCTIONS = [
    ("en Gmail", "On Mon, Nov 23, 2026 at 10:04 AM Shop Service <service@shop.example> wrote:"),
    ("en Gmail, wrapped", "On Mon, Nov 23, 2026 at 10:04 AM Shop Service <service@shop.example>\nwrote:"),
    ("en Apple Mail", "On 23 Nov 2026, at 10:04, Shop Service <service@shop.example> wrote:"),
    ("en Thunderbird", "On 23/11/2026 10:04, Shop Service wrote:"),
    ("de Gmail", "Am Mo., 23. Nov. 2026 um 10:04 Uhr schrieb Shop <service@shop.example>:"),
    ("de Thunderbird", "Am 23.11.26 um 10:04 schrieb Shop Service:"),
    ("de Apple Mail", "Am 23.11.2026 um 10:04 schrieb Shop Service <service@shop.example>:"),
    ("de web mailer", "Gesendet: Montag, 23. November 2026 um 10:04 Uhr, schrieb service@shop.example:"),
    ("fr Gmail", "Le lun. 23 nov. 2026 à 10:04, Shop <service@shop.example> a écrit :"),
    ("fr Apple Mail", "Le 23 nov. 2026 à 10:04, Shop Service <service@shop.example> a écrit :"),
    ("es Gmail", "El lun, 23 nov 2026 a las 10:04, Shop (<service@shop.example>) escribió:"),
    ("it Gmail", "Il giorno lun 23 nov 2026 alle ore 10:04 Shop <service@shop.example> ha\nscritto:"),
    ("it Thunderbird", "Il 23/11/2026 10:04, Shop Service ha scritto:"),
    ("pt Gmail", "Em seg., 23 de nov. de 2026 às 10:04, Shop <service@shop.example> escreveu:"),
    ("nl Gmail", "Op ma 23 nov 2026 om 10:04 schreef Shop <service@shop.example>:"),
    ("pl Gmail", "pon., 23 lis 2026 o 10:04 Shop <service@shop.example> napisał(a):"),
    ("cs Gmail", "po 23. 11. 2026 v 10:04 odesílatel Shop <service@shop.example> napsal:"),
    ("ru Gmail", "пн, 23 нояб. 2026 г. в 10:04, Shop <service@shop.example>:"),
    ("ru Thunderbird", "23.11.2026 10:04, Shop Service пишет:"),
    ("uk Gmail", "пн, 23 лист. 2026 р. о 10:04 Shop <service@shop.example> пише:"),
    ("bg Gmail", "На пн, 23.11.2026 г. в 10:04 Shop <service@shop.example> написа:"),
    ("sv Gmail", "Den mån 23 nov. 2026 kl 10:04 skrev Shop <service@shop.example>:"),
    ("da Gmail", "Den man. 23. nov. 2026 kl. 10.04 skrev Shop <service@shop.example>:"),
    ("no Gmail", "man. 23. nov. 2026 kl. 10:04 skrev Shop <service@shop.example>:"),
    ("fi Gmail", "ma 23. marrask. 2026 klo 10.04 Shop (service@shop.example) kirjoitti:"),
    ("el Gmail", "Στις Δευ 23 Νοε 2026 στις 10:04 π.μ., ο χρήστης Shop <service@shop.example> έγραψε:"),
    ("hu Gmail", "Shop <service@shop.example> ezt írta (időpont: 2026. nov. 23., H, 10:04):"),
    ("ro Gmail", "În lun., 23 nov. 2026 la 10:04, Shop <service@shop.example> a scris:"),
    ("tr Gmail", "Shop <service@shop.example>, 23 Kas 2026 Pzt, 10:04 tarihinde şunu yazdı:"),
    ("ja Gmail", "2026年11月23日(月) 10:04 Shop <service@shop.example>:"),
    ("ja Apple Mail", "2026/11/23 10:04、Shop <service@shop.example>のメール:"),
    ("zh Gmail", "Shop <service@shop.example> 于2026年11月23日周一 10:04写道："),
    ("zh-TW Gmail", "Shop <service@shop.example> 於 2026年11月23日 週一 上午10:04寫道："),
    ("ko Gmail", "2026년 11월 23일 (월) 오전 10:04, Shop <service@shop.example>님이 작성:"),
    ("ar Gmail", "في الاثنين، 23 نوفمبر 2026 في 10:04 ص تمت كتابة ما يلي بواسطة Shop <service@shop.example>:"),
    ("ar digits", "في الاثنين، ٢٣ نوفمبر ٢٠٢٦ في ١٠:٠٤ ص كتب Shop <service@shop.example>:"),
    ("he Gmail", "\u200fבתאריך יום ב׳, 23 בנוב׳ 2026 ב-10:04 מאת <\u202aservice@shop.example\u202c\u200f>:\u200f"),
    ("fa Gmail", "در تاریخ دوشنبه ۲۳ نوامبر ۲۰۲۶،‏ ۱۰:۰۴ Shop <service@shop.example> نوشت:"),
    ("hi Gmail", "सोम, 23 नव॰ 2026 को 10:04 पूर्वाह्न को Shop <service@shop.example> ने लिखा:"),
    ("th Gmail", "ในวันที่ จ. 23 พ.ย. 2026 เวลา 10:04 Shop <service@shop.example> เขียนว่า:"),
    ("vi Gmail", "Vào Th 2, 23 thg 11, 2026 vào lúc 10:04 Shop <service@shop.example> đã viết:"),
    ("id Gmail", "Pada Sen, 23 Nov 2026 pukul 10.04 Shop <service@shop.example> menulis:"),
]  # fmt: skip

# What Outlook writes above the mail that is answered.
BLOCKS = [
    ("en", "From: SHOP\nSent: Monday, November 23, WHEN AM\nTo: Anna\nSubject: x"),
    ("en bold", "*From:* SHOP\n*Date:* Monday, 23 November 2026 at 10:04\n*To:* Anna\n*Subject:* Re: my order"),
    ("de", "Von: SHOP\nGesendet: Montag, 23. November WHEN\nAn: Anna\nBetreff: AW: Bestellung"),
    ("fr", "De : SHOP\nEnvoyé : lundi 23 novembre WHEN\nÀ : Anna\nObjet : RE: ma commande"),
    ("es", "De: SHOP\nEnviado: lunes, 23 de noviembre de WHEN\nPara: Anna\nAsunto: Re: pedido"),
    ("it", "Da: SHOP\nInviato: lunedì 23 novembre WHEN\nA: Anna\nOggetto: R: ordine"),
    ("nl", "Van: SHOP\nVerzonden: maandag 23 november WHEN\nAan: Anna\nOnderwerp: RE: bestelling"),
    ("pt", "De: SHOP\nEnviado: segunda-feira, 23 de novembro de WHEN\nPara: Anna\nAssunto: RE: pedido"),
    ("pl", "Od: SHOP\nWysłano: poniedziałek, 23 listopada WHEN\nDo: Anna\nTemat: Odp: zamówienie"),
    ("ru", "От: SHOP\nОтправлено: 23 ноября 2026 г. 10:04\nКому: Анна\nТема: Re: заказ"),
    ("sv", "Från: SHOP\nSkickat: den 23 november WHEN\nTill: Anna\nÄmne: Sv: order"),
    ("da", "Fra: SHOP\nSendt: 23. november WHEN\nTil: Anna\nEmne: Sv: ordre"),
    ("fi", "Lähettäjä: SHOP\nLähetetty: maanantai 23. marraskuuta 2026 10.04\nVastaanottaja: Anna\nAihe: VS: tilaus"),
    ("tr", "Kimden: SHOP\nGönderildi: 23 Kasım 2026 Pazartesi 10:04\nKime: Anna\nKonu: Ynt: sipariş"),
    ("el", "Από: SHOP\nΣτάλθηκε: Δευτέρα, 23 Νοεμβρίου WHEN\nΠρος: Anna\nΘέμα: Απ: παραγγελία"),
    ("ja", "差出人: SHOP\n送信日時: 2026年11月23日 10:04\n宛先: Anna\n件名: Re: 注文"),
    ("zh", "发件人：SHOP\n发送时间：2026年11月23日 10:04\n收件人：Anna\n主题：Re: 订单"),
    ("ko", "보낸 사람: SHOP\n보낸 날짜: 2026년 11월 23일 10:04\n받는 사람: Anna\n제목: Re: 주문"),
    ("ar", "من: SHOP\nتم الإرسال: 23 نوفمبر WHEN\nإلى: Anna\nالموضوع: رد: الطلب"),
    ("he", "מאת: SHOP\nנשלח: 23 נובמבר WHEN\nאל: Anna\nנושא: הזמנה"),
    ("th", "จาก: SHOP\nส่ง: 23 พฤศจิกายน WHEN\nถึง: Anna\nเรื่อง: สั่งซื้อ"),
    ("vi", "Từ: SHOP\nĐã gửi: 23 tháng 11 WHEN\nĐến: Anna\nChủ đề: đơn hàng"),
]  # fmt: skip

ADVERTISEMENTS = [
    "Sent from my iPhone", "Sent from Outlook for Android", "Get Outlook for iOS<https://aka.ms/o0ukef>",
    "Von meinem iPhone gesendet", "Gesendet mit der GMX Mail App", "Envoyé de mon iPhone",
    "Enviado desde mi iPhone", "Inviato da iPhone", "Verstuurd vanaf mijn iPhone", "Enviado do meu iPhone",
    "Wysłane z iPhone'a", "Отправлено с iPhone", "Надіслано з iPhone", "Skickat från min iPhone",
    "Sendt fra min iPhone", "Lähetetty iPhonesta", "Στάλθηκε από το iPhone μου", "Odesláno z iPhonu",
    "Trimis de pe iPhone", "iPhone'umdan gönderildi", "iPhoneから送信", "发自我的iPhone", "從我的iPhone傳送",
    "나의 iPhone에서 보냄", "أُرسلت من الـ iPhone", "נשלח מה-iPhone שלי", "ส่งจาก iPhone ของฉัน",
    "Gửi từ iPhone của tôi", "Dikirim dari iPhone saya",
]  # fmt: skip


@pytest.mark.parametrize("introduction", [text for _, text in INTRODUCTIONS], ids=[name for name, _ in INTRODUCTIONS])
def test_an_answer_above_the_quote_is_all_that_counts(introduction: str) -> None:
    words = stripped(f"The left sleeve is torn.\n\n{introduction}\n\n{QUOTE}\n", "Re: my order")
    assert (words.text, words.is_certain) == ("The left sleeve is torn.", True)


@pytest.mark.parametrize("introduction", [text for _, text in INTRODUCTIONS], ids=[name for name, _ in INTRODUCTIONS])
def test_an_answer_below_the_quote_is_all_that_counts(introduction: str) -> None:
    words = stripped(f"{introduction}\n{QUOTE}\n\nThe left sleeve is torn.\n\n-- \nAnna\nRoad 1\n", "Re: my order")
    assert (words.text, words.is_certain) == ("The left sleeve is torn.", True)


@pytest.mark.parametrize("block", [text for _, text in BLOCKS], ids=[name for name, _ in BLOCKS])
def test_what_outlook_quotes_without_marks_is_cut_off(block: str) -> None:
    block = block.replace("SHOP", "Shop <service@shop.example>").replace("WHEN", "2026 10:04")
    words = stripped(f"It is torn.\n\nAnna\n\n________________________________\n{block}\n\nA photo, please.", "Re: x")
    assert (words.text, words.is_certain) == ("It is torn.\n\nAnna", True)


@pytest.mark.parametrize("line", ADVERTISEMENTS)
def test_what_a_telephone_adds_is_cut_off(line: str) -> None:
    assert stripped(f"It is torn.\n\n{line}\n\n{INTRODUCTIONS[0][1]}\n{QUOTE}", "Re: x").text == "It is torn."


@pytest.mark.parametrize(
    "line",
    [
        "-----Original Message-----", "-----Ursprüngliche Nachricht-----", "----- Mensaje original -----",
        "-------- Message d'origine --------", "-----原始邮件-----", "-----元のメッセージ-----",
        "-----Исходное сообщение-----",
    ],
)  # fmt: skip
def test_an_original_message_is_cut_off(line: str) -> None:
    assert stripped(f"It is torn.\n\n{line}\nWhat is wrong?\nOrder 1001", "Re: x").text == "It is torn."


@pytest.mark.parametrize(
    "line",
    [
        "---------- Forwarded message ---------", "Begin forwarded message:",
        "-------- Weitergeleitete Nachricht --------",
        "---------- Message transféré ---------", "---------- 转发的邮件 ---------",
        "---------- 転送メッセージ ---------",
    ],
)  # fmt: skip
def test_a_forwarded_mail_is_kept(line: str) -> None:
    text = (
        f"See below.\n\n{line}\nFrom: Carrier <c@x.example>\nDate: 23.11.2026 10:04\nTo: a\nSubject: x\n\nIt is lost."
    )
    assert stripped(text, "Parcel").text == text


@pytest.mark.parametrize("subject", ["FW: Lost", "Fwd: Lost", "WG: Verloren", "TR: perdu", "RV: perdido", "转发：丢失"])
def test_a_mail_whose_subject_says_that_it_is_forwarded_is_kept(subject: str) -> None:
    text = f"{BLOCKS[1][1]}\n\nYour parcel is lost."
    assert stripped(text, subject).text == text


def test_answers_between_the_lines_are_joined_and_people_see_the_whole() -> None:
    words = stripped(f"{INTRODUCTIONS[0][1]}\n> Which item?\nThe shirt.\n> What is wrong?\nTorn.\n", "Re: x")
    assert words.text == "The shirt.\n\nTorn."
    assert not words.is_certain


def test_a_mail_that_only_quotes_is_kept_whole() -> None:
    words = stripped(f"{INTRODUCTIONS[0][1]}\n{QUOTE}", "Re: x")
    assert "Order 1001" in words.text
    assert not words.is_certain


def test_a_quote_without_marks_is_cut_off_and_people_see_the_whole() -> None:
    words = stripped(f"It is torn.\n\n{INTRODUCTIONS[4][1]}\n\nPlease send us a photo.", "Re: x")
    assert (words.text, words.is_certain) == ("It is torn.", False)


@pytest.mark.parametrize(
    "text",
    [
        "Name: Anna Berg\nE-Mail: anna@mail.example\nOrder: 1001\nDate: 3.11.2026\nProblem: torn",
        "I wrote to you on 3.11.2026 at 10:04:\nnobody answered.",
        "From: Berlin to Paris it took 5 weeks.\n\nWhere is it?",
        "Hello,\n\nI sent my iPhone back on Monday.",
        "The parcel was sent from China\n\n1 - 2 - 3",
        "I need:\n- a refund\n- an apology",
        "My address is now:\nAnna Berg\nRoad 1, 12345 Town",
        "Ich habe zwei Fragen:\n\n1. Wann?\n2. Wo?",
        "--\nAnna",
    ],
)
def test_what_only_looks_like_a_quote_stays(text: str) -> None:
    assert stripped(text, "Complaint").text == text


def test_a_signature_is_cut_off_and_a_long_text_below_two_dashes_is_not() -> None:
    assert stripped("Torn.\n\n-- \nAnna Berg\nManager\n+49 30 1", "x").text == "Torn."
    long = "Torn.\n--\n" + "\n".join(f"line {number}" for number in range(20))
    assert stripped(long, "x").text == long


def test_a_huge_mail_is_read_in_no_time() -> None:
    assert stripped("On a b c d e f :\n" * 20_000, "x").text
    assert stripped("> a\nb\n" * 20_000, "x").text
