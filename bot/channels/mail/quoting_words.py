"""How mailers say "wrote", "From:" and "Sent from my phone" in the languages that customers write to Parley in.

Each entry is as the mail programs of that language print it: Outlook, Apple Mail, Gmail, Thunderbird and telephones.
"""

from __future__ import annotations

FROM = frozenset(
    (
        "from von de da van od от від dari från fra lähettäjä από feladó kimden gönderen 差出人 发件人 "
        "发件者 寄件者 寄件人 보낸사람 보낸이 من از فرستنده מאת จาก từ प्रेषक daripada avsender afsender "
        "expéditeur remitente mittente afzender nadawca отправитель expeditor odesílatel"
    ).split()
) | {"de la", "보낸 사람", "от кого", "người gửi"}
_SENT = (
    "sent gesendet envoyé enviado enviada inviato verzonden wysłano wysłane отправлено надіслано "
    "изпратено terkirim dikirim skickat sendt lähetetty στάλθηκε elküldve gönderildi 送信日時 发送时间 "
    "發送時間 寄件日期 日期 日付 보낸날짜 날짜 date datum fecha data дата dato päivämäärä päiväys "
    "ημερομηνία dátum tarih odesláno trimis التاريخ تاريخ נשלח תאריך ส่ง วันที่ ngày भेजा दिनांक "
    "dihantar tarikh tanggal الإرسال ارسال"
).split()
_TO = (
    "to an à para a aan do кому до kepada till til vastaanottaja προς címzett kime alıcı 宛先 收件人 "
    "받는사람 إلى به אל ถึง đến को komu către"
).split()
_SUBJECT = (
    "subject betreff objet asunto oggetto onderwerp temat assunto тема относно subjek perihal ämne emne "
    "aihe θέμα tárgy konu 件名 主题 主旨 主題 제목 الموضوع موضوع נושא เรื่อง subiect předmět विषय"
).split()
_TWO_WORDS = (
    "보낸 날짜",
    "받는 사람",
    "تم الإرسال",
    "chủ đề",
    "đã gửi",
    "date d'envoi",
    "reply-to",
    "cc",
    "kopie",
    "copie",
)
TOLD = frozenset(map(str.casefold, (*_SENT, *_TO, *_SUBJECT, *_TWO_WORDS)))
WROTE = (
    "wrote schrieb geschrieben écrit escribió scritto schreef escreveu написал написала написав пише "
    "пишет написа napisał napisała napsal napsala skrev kirjoitti έγραψε írta scris yazdı yazmış 写道 "
    "寫道 書きました のメール 작성 كتب نوشت כתב เขียน viết लिखा menulis tulis"
).split()
ORIGINAL = (
    "original message|ursprüngliche nachricht|originalnachricht|message d'origine|message original|"
    "mensaje original|messaggio originale|oorspronkelijk bericht|originele bericht|mensagem original|"
    "wiadomość oryginalna|исходное сообщение|оригинальное сообщение|оригінальне повідомлення|"
    "оригинално съобщение|původní zpráva|eredeti üzenet|mesaj original|mesajul original|orijinal mesaj|"
    "orijinal ileti|ursprungligt meddelande|originalmeddelande|oprindelig meddelelse|original meddelelse|"
    "opprinnelig melding|alkuperäinen viesti|αρχικό μήνυμα|元のメッセージ|原始邮件|原始郵件|邮件原件|"
    "원본 메시지|원본 메일|الرسالة الأصلية|پیام اصلی|הודעה מקורית|ההודעה המקורית|ข้อความต้นฉบับ|"
    "ข้อความเดิม|pesan asli|mesej asal|thư gốc|tin nhắn gốc|मूल संदेश"
)
FORWARDED = (
    "forwarded message|begin forwarded message|weitergeleitete nachricht|"
    "anfang der weitergeleiteten nachricht|message transféré|début du message transféré|"
    "message réexpédié|mensaje reenviado|inicio del mensaje reenviado|messaggio inoltrato|"
    "inizio messaggio inoltrato|doorgestuurd bericht|begin doorgestuurd bericht|mensagem encaminhada|"
    "mensagem reencaminhada|início da mensagem encaminhada|przekazana wiadomość|wiadomość przekazana|"
    "treść przekazanej wiadomości|пересылаемое сообщение|пересланное сообщение|"
    "начало переадресованного сообщения|переслане повідомлення|препратено съобщение|přeposlaná zpráva|"
    "továbbított üzenet|mesaj redirecționat|iletilen mesaj|yönlendirilmiş ileti|iletilmiş mesaj|"
    "vidarebefordrat meddelande|videresendt meddelelse|videresendt melding|edelleenlähetetty viesti|"
    "välitetty viesti|προωθημένο μήνυμα|転送メッセージ|転送されたメッセージ|转发的邮件|转发邮件|"
    "轉寄的郵件|轉寄郵件|전달된 메시지|전달된 메일|رسالة معاد توجيهها|الرسالة المعاد توجيهها|"
    "پیام بازارسال شده|הודעה שהועברה|ข้อความที่ส่งต่อ|pesan terusan|pesan yang diteruskan|"
    "mesej yang dimajukan|thư được chuyển tiếp|अग्रेषित संदेश"
)
# Finnish answers begin with VS like Danish forwarded mails, so it tells nothing.
FORWARDING_SUBJECT = (
    r"\W*(?:fwd?|wg|tr|rv|i|doorst|enc|vb|vl|pd|пер|転送|转发|轉寄|전달|iletilen|i̇?lt|πρθ|továbbítás)\s*[:：]"
)
SENT_FROM = (
    r"sent (?:from|via|with)|get outlook for|von meinem .{0,40}gesendet|gesendet (?:mit|von|über)|"
    r"diese nachricht wurde von meinem .{0,60}gesendet|envoyé (?:de|depuis|avec|à partir)|"
    r"télécharger outlook|enviado (?:desde|do|de|pelo|a partir|con|via)|obtener outlook|"
    r"inviato (?:da|dal|con|tramite)|scarica outlook|verstuurd vanaf|verzonden (?:vanaf|met|via)|"
    r"wysłan[eo] z|отправлено (?:с|из|через)|надіслано (?:з|із|з мого)|изпратено от|odesláno z|"
    r"elküldve .{0,20}(?:iphone|ipad|android)|trimis (?:de pe|din|cu)|skickat från|sendt (?:fra|via)|"
    r"lähetetty .{0,30}(?:iphone|ipad|android|laite)|στάλθηκε από|dikirim dari|dihantar dari|"
    r"(?:发|寄|傳|发送|傳送|發送)自(?:我的)?|从我的|從我的|使用.{0,20}发送|أُ?رسلت? من|أُ?رسل من|"
    r"تم الإرسال من|ارسال شده از|נשלח מ|ส่งจาก|(?:đã )?gửi từ|나의 .{0,20}보냄|내 .{0,20}보냄"
)
SENT_FROM_AT_END = (
    r"から送信|에서 보냄|에서 보냈습니다|gönderildi|se bheja|से भेजा गया|iphonesta|ipadistä|"
    r"iphone-omról küldve|発送"
)
DEVICES = (
    r"i-?phon|i-?pad|i-?pod|android|samsung|galaxy|huawei|honor|xiaomi|redmi|\bmi\b|oppo|vivo|oneplus|"
    r"nokia|sony|xperia|pixel|motorola|blackberry|outlook|mail|yahoo|gmx|web\.de|proton|tuta|thunderbird|"
    r"windows|workspace|handy|smartphone|phone|téléphone|móvil|celular|cellulare|telemóvel|mobil|мобил|"
    r"телефон|携帯|手机|手機|휴대|스마트폰|הנייד|آيفون|جوال|هاتف|موبایل|अपने|มือถือ|điện thoại|ponsel|"
    r"puhelime|κινητό"
)
