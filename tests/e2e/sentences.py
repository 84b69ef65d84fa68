"""What customers write in further languages; none of it is in the training data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sentences:
    """One language's sentences for a complaint; ``{n}`` is the order number."""

    language: str
    first_order: int
    complaint: str
    money_back: str
    yes: str

    def order(self, nth: int = 1) -> str:
        """Return the number of the nth order of this language."""
        return str(10_480_000 + self.first_order + nth - 1)

    def email(self, nth: int = 1) -> str:
        """Return the e-mail address of whoever placed it."""
        return f"shopper{self.first_order + nth - 1}@example.org"


@dataclass(frozen=True)
class AllSentences(Sentences):
    """One language's sentences for a return, an exchange and a complaint that a person takes over."""

    start_return: str
    too_small: str
    start_exchange: str
    too_big: str
    size_m: str
    human: str


LEARNED = (
    AllSentences(
        language="fr",
        first_order=61,
        start_return="Bonjour, j'aimerais vous renvoyer mes chaussures de running",
        too_small="elles me serrent trop, mon pied n'y rentre pas",
        start_exchange="Bonjour, est-ce que je peux échanger le t-shirt que j'ai acheté chez vous ?",
        too_big="il est trop grand pour moi, je flotte dedans",
        size_m="je prendrais plutôt la taille M",
        complaint="Mes chaussures de trail de la commande {n} sont arrivées avec la semelle déchirée",
        money_back="je préfère récupérer mon argent",
        human="Je souhaite parler à une vraie personne",
        yes="oui, c'est bon, allez-y",
    ),
    AllSentences(
        language="it",
        first_order=64,
        start_return="Buongiorno, vorrei rispedirvi le mie scarpe da corsa",
        too_small="mi stanno strette, il piede non ci entra",
        start_exchange="Salve, posso cambiare la maglietta che ho comprato da voi?",
        too_big="mi sta troppo larga, ci ballo dentro",
        size_m="la prenderei in M, grazie",
        complaint="Le scarpe da trail dell'ordine {n} sono arrivate con la suola strappata",
        money_back="rivorrei indietro i miei soldi",
        human="Vorrei parlare con una persona in carne e ossa",
        yes="sì, proceda pure, grazie",
    ),
    AllSentences(
        language="pt",
        first_order=67,
        start_return="Olá, gostaria de devolver os meus ténis de corrida",
        too_small="ficam-me muito apertados, o pé não entra",
        start_exchange="Bom dia, posso trocar a t-shirt que vos comprei?",
        too_big="fica-me demasiado grande e largo",
        size_m="no tamanho M, se faz favor",
        complaint="Os ténis de trail da encomenda {n} chegaram com a sola rasgada",
        money_back="prefiro o meu dinheiro de volta",
        human="Gostaria de falar com uma pessoa a sério",
        yes="sim, pode avançar com isso",
    ),
    AllSentences(
        language="nl",
        first_order=70,
        start_return="Goedemiddag, ik zou mijn hardloopschoenen graag terugsturen",
        too_small="ze knellen, ik kom er met mijn voet niet in",
        start_exchange="Hallo, kan ik het T-shirt dat ik bij jullie gekocht heb omruilen?",
        too_big="het zit me veel te ruim",
        size_m="doe mij dan maar maat M",
        complaint="Mijn trailschoenen van bestelling {n} kwamen aan met een gescheurde zool",
        money_back="ik heb liever mijn geld terug",
        human="Ik wil graag een echt mens spreken",
        yes="ja, doe dat maar graag",
    ),
    AllSentences(
        language="pl",
        first_order=73,
        start_return="Dzień dobry, chciałabym odesłać moje buty do biegania",
        too_small="cisną mnie, są za małe na moją stopę",
        start_exchange="Dzień dobry, czy mogę wymienić koszulkę, którą u was kupiłem?",
        too_big="jest na mnie o wiele za duża",
        size_m="poproszę w takim razie rozmiar M",
        complaint="Buty trailowe z zamówienia {n} przyszły z rozerwaną podeszwą",
        money_back="wolę odzyskać swoje pieniądze",
        human="Chcę porozmawiać z prawdziwym człowiekiem",
        yes="tak, proszę to tak zrobić",
    ),
    AllSentences(
        language="ru",
        first_order=76,
        start_return="Здравствуйте, хочу отправить вам обратно беговые кроссовки",
        too_small="они мне жмут, нога еле влезает",
        start_exchange="Добрый день, можно обменять футболку, которую я у вас купил?",
        too_big="она мне слишком велика, висит мешком",
        size_m="лучше размер M, пожалуйста",
        complaint="Трейловые кроссовки из заказа {n} пришли с порванной подошвой",
        money_back="хочу получить свои деньги обратно",
        human="Хочу поговорить с живым человеком, а не с программой",
        yes="да, так и оформляйте",
    ),
    AllSentences(
        language="tr",
        first_order=79,
        start_return="Merhaba, sizden aldığım koşu ayakkabılarını geri göndermek istiyorum",
        too_small="ayağımı çok sıkıyor, numarası küçük geldi",
        start_exchange="İyi günler, aldığım tişörtü değiştirebilir miyim?",
        too_big="bana fazla bol geldi, içinde yüzüyorum",
        size_m="M beden olanını alayım lütfen",
        complaint="{n} numaralı siparişimdeki patika ayakkabısının tabanı yırtık geldi",
        money_back="paramı geri almayı tercih ederim",
        human="Gerçek bir insanla konuşmak istiyorum lütfen",
        yes="evet, lütfen öyle yapın",
    ),
    AllSentences(
        language="ar",
        first_order=82,
        start_return="مرحباً، أود أن أعيد إليكم حذاء الجري الذي اشتريته",
        too_small="ضيق جداً ولا تدخل فيه قدمي",
        start_exchange="السلام عليكم، هل يمكنني استبدال التيشيرت الذي اشتريته منكم؟",
        too_big="واسع عليّ كثيراً",
        size_m="أريده بمقاس M من فضلكم",
        complaint="وصلني حذاء الجري الجبلي من الطلب {n} ونعله ممزق",
        money_back="أفضّل أن أسترد نقودي",
        human="أريد أن أتحدث مع شخص حقيقي لو سمحتم",
        yes="نعم، تفضلوا بإتمام ذلك",
    ),
    AllSentences(
        language="ja",
        first_order=85,
        start_return="こんにちは、そちらで買ったランニングシューズを返品したいのですが",
        too_small="きつくて足が入りません",
        start_exchange="購入したTシャツを交換していただくことはできますか",
        too_big="私には大きすぎて、だぼだぼです",
        size_m="Mサイズでお願いできますか",
        complaint="注文{n}のトレイルシューズが、靴底の破れた状態で届きました",
        money_back="お金を返してもらうほうがいいです",
        human="機械ではなく人間の担当者と話したいです",
        yes="はい、その内容で進めてください",
    ),
    AllSentences(
        language="ko",
        first_order=88,
        start_return="안녕하세요, 거기서 산 러닝화를 반품하고 싶은데요",
        too_small="너무 꽉 끼어서 발이 안 들어가요",
        start_exchange="안녕하세요, 얼마 전에 산 티셔츠를 교환할 수 있을까요?",
        too_big="저한테는 너무 크고 헐렁해요",
        size_m="M 사이즈로 바꿔 주세요",
        complaint="주문 {n}의 트레일화가 밑창이 찢어진 채로 왔어요",
        money_back="그냥 돈으로 돌려받고 싶어요",
        human="로봇 말고 진짜 상담원과 얘기하고 싶어요",
        yes="네, 그렇게 진행해 주시면 돼요",
    ),
    AllSentences(
        language="zh-TW",
        first_order=91,
        start_return="您好，我想把跟你們買的慢跑鞋退回去",
        too_small="太緊了，腳根本塞不進去",
        start_exchange="請問我之前買的T恤可以換貨嗎？",
        too_big="穿起來太大件了，鬆垮垮的",
        size_m="幫我換成M號的，謝謝",
        complaint="訂單{n}的越野跑鞋收到的時候鞋底就裂開了",
        money_back="我比較想把錢拿回來",
        human="我想找真人客服講話，不要機器人",
        yes="好的，就麻煩你這樣處理",
    ),
    AllSentences(
        language="th",
        first_order=94,
        start_return="สวัสดีค่ะ อยากส่งรองเท้าวิ่งที่ซื้อไปคืนร้านค่ะ",
        too_small="คับมากค่ะ ใส่แล้วเท้าเข้าไม่ได้เลย",
        start_exchange="สวัสดีครับ เสื้อยืดที่ผมซื้อไปขอเปลี่ยนได้ไหมครับ",
        too_big="ตัวใหญ่ไปสำหรับผม ใส่แล้วหลวมโคร่ง",
        size_m="ขอเป็นไซซ์ M แล้วกันครับ",
        complaint="รองเท้าเทรลจากคำสั่งซื้อ {n} มาถึงแล้วพื้นรองเท้าขาด",
        money_back="อยากได้เงินคืนมากกว่าค่ะ",
        human="ขอคุยกับเจ้าหน้าที่ที่เป็นคนจริง ๆ หน่อยค่ะ",
        yes="ใช่ค่ะ ดำเนินการตามนั้นได้เลย",
    ),
)

SPOKEN = (
    Sentences(
        "sv", 97,
        complaint="Mina terrängskor från beställning {n} kom fram med trasig sula, den är helt sönderriven",
        money_back="jag vill hellre ha pengarna tillbaka",
        yes="ja tack, gör gärna så",
    ),
    Sentences(
        "da", 98,
        complaint="Mine trailsko fra ordre {n} ankom med en flænget sål, det er jeg ked af",
        money_back="jeg vil hellere have pengene tilbage",
        yes="ja tak, gør endelig det",
    ),
    Sentences(
        "no", 99,
        complaint="Terrengskoene mine fra bestilling {n} kom fram med en såle som var revnet, det er skuffende",
        money_back="jeg vil heller ha pengene tilbake",
        yes="ja takk, gjør gjerne det",
    ),
    Sentences(
        "fi", 100,
        complaint="Tilauksen {n} polkujuoksukengät tulivat perille pohja revenneenä",
        money_back="haluaisin mieluummin rahani takaisin",
        yes="kyllä kiitos, tehkää vain niin",
    ),
    Sentences(
        "cs", 101,
        complaint="Trailové boty z objednávky {n} mi dorazily s roztrženou podrážkou",
        money_back="chtěla bych zpátky své peníze",
        yes="ano, prosím, udělejte to tak",
    ),
    Sentences(
        "hu", 102,
        complaint="A {n} számú rendelésemből a terepfutó cipő szakadt talppal érkezett meg",
        money_back="inkább a pénzemet kérném vissza",
        yes="igen, kérem, intézzék így",
    ),
    Sentences(
        "ro", 103,
        complaint="Pantofii de trail din comanda {n} au ajuns la mine cu talpa ruptă",
        money_back="aș vrea să-mi primesc banii înapoi",
        yes="da, vă rog să faceți așa",
    ),
    Sentences(
        "el", 104,
        complaint="Τα παπούτσια για τρέξιμο σε βουνό από την παραγγελία {n} ήρθαν με σκισμένη σόλα",
        money_back="προτιμώ να πάρω τα λεφτά μου πίσω",
        yes="ναι, προχωρήστε έτσι παρακαλώ",
    ),
    Sentences(
        "uk", 105,
        complaint="Трейлові кросівки із замовлення {n} приїхали до мене з порваною підошвою",
        money_back="я хочу отримати свої гроші назад",
        yes="так, будь ласка, так і зробіть",
    ),
    Sentences(
        "bg", 106,
        complaint="Обувките ми за планинско бягане от поръчка {n} пристигнаха със скъсана подметка",
        money_back="предпочитам да си получа парите обратно",
        yes="да, моля, направете го така",
    ),
    Sentences(
        "he", 107,
        complaint="נעלי ריצת השטח שלי מהזמנה {n} הגיעו עם סוליה קרועה",
        money_back="אני מעדיפה לקבל את הכסף שלי בחזרה",
        yes="כן, תמשיכו עם זה בבקשה",
    ),
    Sentences(
        "hi", 108,
        complaint="ऑर्डर {n} वाले मेरे ट्रेल जूते फटे हुए सोल के साथ आए हैं",
        money_back="मुझे तो अपने पैसे वापस चाहिए",
        yes="हाँ, कृपया ऐसा ही कर दीजिए",
    ),
    Sentences(
        "id", 109,
        complaint="Sepatu lari gunung saya dari pesanan {n} sampai dengan sol yang sudah robek",
        money_back="saya lebih suka uang saya dikembalikan",
        yes="ya, silakan diproses seperti itu",
    ),
    Sentences(
        "vi", 110,
        complaint="Đôi giày chạy địa hình trong đơn hàng {n} giao tới tay tôi đã bị rách đế",
        money_back="tôi muốn lấy lại tiền của mình hơn",
        yes="vâng, cứ làm như vậy giúp tôi",
    ),
    Sentences(
        "ms", 111,
        complaint="Kasut larian denai saya daripada pesanan {n} tiba dengan tapak yang sudah koyak",
        money_back="saya lebih suka wang saya dipulangkan",
        yes="ya, sila teruskan macam itu",
    ),
    Sentences(
        "fa", 112,
        complaint="کفش کوه‌پیمایی من از سفارش {n} با کفی پاره به دستم رسید",
        money_back="ترجیح می‌دهم پولم را پس بگیرم",
        yes="بله، لطفاً همین کار را بکنید",
    ),
)  # fmt: skip
