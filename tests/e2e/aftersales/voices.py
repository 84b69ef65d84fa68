"""How people say yes, no, and that they have no photo, in their own language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Voice:
    """One language's short answers."""

    yes: str
    no: str
    no_photo: str
    human: str
    stop: str


VOICES = {
    "en": Voice(
        "Yes, that's all correct, go ahead please",
        "No thanks, I don't want that",
        "Sorry, I don't have any photos of it",
        "Let me talk to one of your colleagues, please",
        "Forget it, never mind",
    ),
    "de": Voice(
        "Ja, das stimmt alles so, bitte veranlassen",
        "Nein danke, das möchte ich nicht",
        "Fotos habe ich leider keine gemacht",
        "Verbinden Sie mich bitte mit einem Kollegen",
        "Vergessen Sie es, egal",
    ),
    "fr": Voice(
        "Oui, tout est exact, allez-y",
        "Non merci, ça ne me convient pas",
        "Désolé, je n'ai pas de photo",
        "Passez-moi un de vos collègues, s'il vous plaît",
        "Laissez tomber, tant pis",
    ),
    "es": Voice(
        "Sí, todo está bien, siga adelante",
        "No, gracias, eso no lo quiero",
        "Lo siento, no tengo ninguna foto",
        "Páseme con uno de sus compañeros, por favor",
        "Déjelo, no importa",
    ),
    "it": Voice(
        "Sì, è tutto giusto, procedete pure",
        "No grazie, non mi va bene",
        "Mi dispiace, non ho foto",
        "Mi passi un suo collega, per favore",
        "Lasci stare, non importa",
    ),
    "pl": Voice(
        "Tak, wszystko się zgadza, proszę to zrobić",
        "Nie, dziękuję, to mi nie odpowiada",
        "Niestety nie mam żadnych zdjęć",
        "Proszę mnie połączyć z kimś z obsługi",
        "Nieważne, proszę to zostawić",
    ),
    "ja": Voice(
        "はい、その内容で間違いありません。お願いします",
        "いいえ、それは結構です",
        "すみません、写真はありません",
        "担当の方につないでください",
        "もういいです、やめておきます",
    ),
    "ar": Voice(
        "نعم، كل شيء صحيح، تفضلوا",
        "لا شكراً، لا أريد ذلك",
        "للأسف ليس لدي أي صور",
        "أريد التحدث مع أحد الموظفين من فضلك",
        "انسوا الأمر، لا داعي",
    ),
    "zh": Voice(
        "对，都没问题，就这么办吧",
        "不用了，我不想要这个",
        "不好意思，我没有照片",
        "请帮我转人工客服",
        "算了，不用管了",
    ),
    "ru": Voice(
        "Да, всё верно, действуйте",
        "Нет, спасибо, меня это не устраивает",
        "К сожалению, фотографий у меня нет",
        "Соедините меня, пожалуйста, с сотрудником",
        "Ладно, забудьте об этом",
    ),
}
