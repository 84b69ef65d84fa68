"""Changing the language with a form half filled: it goes on in the new language and asks nothing twice."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.e2e.conftest import Shop, Visit
from tests.e2e.english import english_in


@dataclass(frozen=True)
class Switch:
    """From one language to another; ``{n}`` is the order number, ``{e}`` the e-mail address."""

    before: str
    after: str
    shopper: int
    start: str
    proof: str
    reason: str
    yes: str

    @property
    def order(self) -> str:
        """Return the number of the shopper's order."""
        return str(10_480_000 + self.shopper)


SWITCHES = (
    Switch(
        "en", "ar", 113,
        start="Hi there, I'd like to send back the running shoes I got in order {n}",
        proof="البريد الإلكتروني الذي استخدمته عند الشراء هو {e}",
        reason="الحذاء ضيق جداً على قدمي ولا أستطيع المشي به",
        yes="نعم، كل شيء صحيح، أكملوا من فضلكم",
    ),
    Switch(
        "ja", "en", 114,
        start="注文{n}で届いたランニングシューズを返品したいです",
        proof="The e-mail address that I used for this order is {e}",
        reason="The shoes are far too small for my feet",
        yes="yes, that is all correct, please go ahead",
    ),
    Switch(
        "de", "tr", 115,
        start="Guten Abend, ich würde gern die Laufschuhe aus der Bestellung {n} zurückschicken",
        proof="Sipariş verirken kullandığım e-posta adresi {e}",
        reason="Ayakkabılar ayağıma çok küçük geldi, giyemiyorum",
        yes="Evet, hepsi doğru, lütfen devam edin",
    ),
    Switch(
        "fr", "th", 116,
        start="Bonsoir, je voudrais renvoyer les chaussures de course de la commande {n}",
        proof="อีเมลที่ฉันใช้ตอนสั่งซื้อคือ {e} ค่ะ",
        reason="รองเท้าคู่นี้เล็กเกินไป ฉันใส่ไม่ได้เลยค่ะ",
        yes="ใช่ค่ะ ถูกต้องทุกอย่าง ทำต่อได้เลยค่ะ",
    ),
    Switch(
        "zh", "ru", 117,
        start="你好，我想把订单{n}里的跑鞋退回去",
        proof="Адрес почты, на который я оформлял заказ: {e}",
        reason="Кроссовки мне слишком малы, ходить в них невозможно",
        yes="Да, всё верно, оформляйте, пожалуйста",
    ),
    Switch(
        "ko", "pl", 118,
        start="안녕하세요, 주문 {n}으로 받은 러닝화를 반품하고 싶습니다",
        proof="Adres e-mail, z którego zamawiałem, to {e}",
        reason="Te buty są na mnie za małe i nie da się w nich chodzić",
        yes="Tak, wszystko się zgadza, proszę kontynuować",
    ),
)  # fmt: skip


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: f"{switch.before}-{switch.after}")
def test_a_form_goes_on_in_the_language_the_customer_changes_to(switch: Switch, visit: Visit, shop: Shop) -> None:
    customer = visit(switch.before, locale=switch.before)
    customer.say(switch.start.format(n=switch.order))
    assert customer.responses == ["utter_ask_verification"]

    customer.language = switch.after
    customer.say(switch.proof.format(e=f"shopper{switch.shopper}@example.org"))
    # Nothing but the next question: the number and the proof are not asked for again.
    assert customer.responses == ["utter_ask_reason"]
    customer.say(switch.reason)
    assert customer.responses == ["utter_ask_confirmation"]
    summary = customer.last.custom["summary"]
    assert (summary["order_number"], summary["reason"]) == (switch.order, "wrong_size")

    customer.say(switch.yes)
    assert customer.responses == ["utter_return_opened"]
    case = shop.only_case(switch.order)
    assert (case["language"], case["issue_type"]) == (switch.after, "wrong_size")
    assert [return_["state"] for return_ in case["returns"]] == ["approved"]
    spoken = [message for message in customer.transcript() if message["author"] == "bot"]
    assert [message["language"] for message in spoken] == [switch.before, *[switch.after] * 3]
    assert english_in(message for message in spoken if message["language"] != "en") == {}
