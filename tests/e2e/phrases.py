"""What customers write, per language: ordinary sentences, none of them from the training data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Phrases:
    """One language's sentences; ``{n}`` is an order number, ``{e}`` an e-mail address."""

    language: str
    first_order: int
    yes: str
    no: str
    stop: str
    human: str
    start_return: str
    too_small: str
    start_exchange: str
    too_big: str
    size_m: str
    everything: str
    complaint: str
    money_back: str
    still_there: str
    track: str
    track_order: str
    case_status: str
    withdraw: str
    start_jacket: str
    refund_time: str
    who_pays: str
    anger: str
    wrong_size: str
    boots: str
    unclear: tuple[str, str]

    def order(self, nth: int) -> str:
        """Return the number of the nth shopper's order in this language's country, 1 to 10."""
        return str(10_480_000 + self.first_order + nth - 1)

    def email(self, nth: int) -> str:
        """Return the e-mail address of the nth shopper."""
        return f"shopper{self.first_order + nth - 1}@example.org"

    def written(self, sentence: str, nth: int) -> str:
        """Return a sentence with the nth shopper's order and address in it."""
        return sentence.format(n=self.order(nth), e=self.email(nth))


ENGLISH = Phrases(
    language="en",
    first_order=31,
    yes="yes, please go ahead",
    no="no, that's not right",
    stop="forget it, I'll do that another time",
    human="I'd like to speak to a real person please",
    start_return="Hi, I'd like to send my running shoes back",
    too_small="they're too tight, they don't fit me",
    start_exchange="Hello, can I swap the t-shirt I bought?",
    too_big="it's too big for me",
    size_m="in M please",
    everything="Hello, I'd like to return the hoodie from order {n}, my e-mail is {e}. It is too small for me.",
    complaint="My trail shoes from order {n} arrived with a torn sole, that is really disappointing",
    money_back="I want my money back",
    still_there="hello? is anybody there?",
    track="Where is my parcel?",
    track_order="where's my order {n}? my email is {e}",
    case_status="how far along is my return?",
    withdraw="I've decided to keep them after all, please cancel my return",
    start_jacket="I want to exchange my rain jacket",
    refund_time="by the way, how long does it take until I get a refund?",
    who_pays="who pays for the postage when I send it back?",
    anger="this is taking forever, you are absolutely useless!!!",
    wrong_size="it doesn't fit, the size is wrong",
    boots="I want to return my boots, order {n}, {e}",
    unclear=("hm well the thing with the whatsit", "well you know, that one there"),
)

GERMAN = Phrases(
    language="de",
    first_order=21,
    yes="ja, bitte machen Sie das",
    no="nein, das stimmt so nicht",
    stop="ach lassen wir das, ich überlege es mir nochmal",
    human="Ich möchte mit einem echten Mitarbeiter sprechen",
    start_return="Hallo, ich möchte meine Laufschuhe zurückschicken",
    too_small="die sind mir zu eng, sie passen nicht",
    start_exchange="Guten Tag, kann ich das T-Shirt, das ich gekauft habe, umtauschen?",
    too_big="es ist mir zu groß",
    size_m="in M bitte",
    everything=(
        "Guten Tag, ich möchte den Hoodie aus der Bestellung {n} zurückgeben, meine E-Mail ist {e}. "
        "Er ist mir zu klein."
    ),
    complaint="Meine Trailschuhe aus Bestellung {n} kamen mit gerissener Sohle an, das ist wirklich enttäuschend",
    money_back="ich will mein Geld zurück",
    still_there="hallo? ist da jemand?",
    track="Wo ist mein Paket?",
    track_order="wo bleibt meine Bestellung {n}? meine Mail ist {e}",
    case_status="wie weit ist meine Rücksendung?",
    withdraw="Ich habe mich entschieden, sie doch zu behalten, bitte stornieren Sie die Rücksendung",
    start_jacket="Ich möchte meine Regenjacke umtauschen",
    refund_time="übrigens, wie lange dauert es, bis eine Erstattung da ist?",
    who_pays="wer zahlt eigentlich das Porto, wenn ich es zurückschicke?",
    anger="das dauert ja ewig, ihr seid echt zu nichts zu gebrauchen!!!",
    wrong_size="sie passt nicht, die Größe ist falsch",
    boots="Ich will meine Stiefel zurückgeben, Bestellung {n}, {e}",
    unclear=("hm also das mit dem dings", "na sie wissen schon, das da"),
)

SPANISH = Phrases(
    language="es",
    first_order=41,
    yes="sí, adelante por favor",
    no="no, eso no es correcto",
    stop="mejor lo dejamos, ya lo haré otro día",
    human="Quiero hablar con una persona de verdad",
    start_return="Hola, quiero devolver mis zapatillas de correr",
    too_small="me aprietan, me quedan pequeñas",
    start_exchange="Buenas, ¿puedo cambiar la camiseta que compré?",
    too_big="me queda grande",
    size_m="en M por favor",
    everything="Hola, quiero devolver la sudadera del pedido {n}, mi correo es {e}. Me queda pequeña.",
    complaint="Las zapatillas del pedido {n} llegaron con la suela rota, es muy decepcionante",
    money_back="quiero que me devuelvan el dinero",
    still_there="¿hola? ¿hay alguien ahí?",
    track="¿Dónde está mi paquete?",
    track_order="¿dónde está mi pedido {n}? mi correo es {e}",
    case_status="¿cómo va mi devolución?",
    withdraw="He decidido quedármelas, por favor cancelen la devolución",
    start_jacket="Quiero cambiar mi chubasquero",
    refund_time="por cierto, ¿cuánto tarda en llegar un reembolso?",
    who_pays="¿quién paga el envío si lo devuelvo?",
    anger="¡¡¡esto es eterno, sois unos inútiles!!!",
    wrong_size="no me queda bien, la talla no es la correcta",
    boots="Quiero devolver mis botas, pedido {n}, {e}",
    unclear=("mmm pues lo del chisme ese", "ya sabe, eso de ahí"),
)

CHINESE = Phrases(
    language="zh",
    first_order=51,
    yes="好的，请办理",
    no="不对，不是这样的",
    stop="算了，先不弄了",
    human="我想找人工客服",
    start_return="你好，我想把跑鞋退掉",
    too_small="太紧了，穿着不合适",
    start_exchange="你好，我买的T恤可以换吗？",
    too_big="对我来说太大了",
    size_m="换M码的",
    everything="你好，我想退掉订单{n}里的卫衣，我的邮箱是{e}，尺码太小了。",
    complaint="订单{n}的越野鞋收到时鞋底就裂开了，真让人失望",
    money_back="我要退款",
    still_there="喂？有人在吗？",
    track="我的包裹到哪里了？",
    track_order="我的订单{n}到哪了？邮箱是{e}",
    case_status="我的退货进展怎么样了？",
    withdraw="我决定还是留下了，请取消退货",
    start_jacket="我想换一下我买的雨衣",
    refund_time="对了，退款一般多久能到账？",
    who_pays="寄回去的运费谁出？",
    anger="怎么这么慢，你们太没用了！！！",
    wrong_size="不合身，尺码不对",
    boots="我要退靴子，订单{n}，{e}",
    unclear=("嗯那个什么东西来着", "就是那个呀你懂的"),
)

ALL = (ENGLISH, GERMAN, SPANISH, CHINESE)
