"""What the writing system alone says about the language of a text."""

from __future__ import annotations

from collections import Counter

from bot.l10n.languages import LANGUAGES
from bot.nlu.text import is_ideograph

# First code point, last code point, ISO 15924 name as in the language registry.
_BLOCKS = (
    (0x0041, 0x024F, "Latn"),
    (0x0370, 0x03FF, "Grek"),
    (0x0400, 0x052F, "Cyrl"),
    (0x0590, 0x05FF, "Hebr"),
    (0x0600, 0x06FF, "Arab"),
    (0x0750, 0x077F, "Arab"),
    (0x0530, 0x058F, "Armn"),
    (0x0900, 0x097F, "Deva"),
    (0x0980, 0x09FF, "Beng"),
    (0x0A00, 0x0A7F, "Guru"),
    (0x0A80, 0x0AFF, "Gujr"),
    (0x0B80, 0x0BFF, "Taml"),
    (0x0C00, 0x0C7F, "Telu"),
    (0x0E00, 0x0E7F, "Thai"),
    (0x10A0, 0x10FF, "Geor"),
    (0x1100, 0x11FF, "Kore"),
    (0x1E00, 0x1EFF, "Latn"),
    (0x1F00, 0x1FFF, "Grek"),
    (0x3040, 0x30FF, "Jpan"),
    (0x3130, 0x318F, "Kore"),
    (0xAC00, 0xD7AF, "Kore"),
    (0xFB50, 0xFDFF, "Arab"),
    (0xFE70, 0xFEFF, "Arab"),
)

# Characters that only one of the two Chinese orthographies uses, pairwise, frequent in shopping talk.
_SIMPLIFIED = (
    "们这个时说会对没为来还过给让请问货买卖单订钱价运费输达发换坏错误东质题联系谢吗么开关电话号码"
    "员务态处理经验检查赔偿补偿优惠满减实际颜红绿蓝黄双鞋裤衬领纽扣链条边线丝织棉纸箱"
    "装饰净湿热凉软断裂缝补洁压缩轻飞递签收仓库预约确认变动点击选择类图标签载显示"
    "网页帐户册录应该须须听见觉认识别间刚几乎后续继终结从现总业专顾车门窗办样传转账汇银龙"
)
_TRADITIONAL = (
    "們這個時說會對沒為來還過給讓請問貨買賣單訂錢價運費輸達發換壞錯誤東質題聯繫謝嗎麼開關電話號碼"
    "員務態處理經驗檢查賠償補償優惠滿減實際顏紅綠藍黃雙鞋褲襯領鈕扣鏈條邊線絲織棉紙箱"
    "裝飾淨濕熱涼軟斷裂縫補潔壓縮輕飛遞簽收倉庫預約確認變動點擊選擇類圖標籤載顯示"
    "網頁帳戶冊錄應該須須聽見覺認識別間剛幾乎後續繼終結從現總業專顧車門窗辦樣傳轉賬匯銀龍"
)
_ONLY_SIMPLIFIED = frozenset(_SIMPLIFIED) - frozenset(_TRADITIONAL)
_ONLY_TRADITIONAL = frozenset(_TRADITIONAL) - frozenset(_SIMPLIFIED)

_PERSIAN_LETTERS = frozenset("پچژگکی")
# A message of so many Chinese characters without kana is not Japanese.
_SHORT_HAN = 6

#: Languages that customers also type in Latin letters, as our training data has them.
ROMANISED = frozenset({"ar", "bg", "el", "fa", "he", "hi", "ru", "uk"})

_BY_SCRIPT = {
    script: frozenset(code for code, language in LANGUAGES.items() if language.script == script)
    for script in {language.script for language in LANGUAGES.values()}
}
_BY_SCRIPT["Latn"] |= ROMANISED
_HAN = frozenset({"zh", "zh-TW", "ja"})


def candidates(text: str) -> frozenset[str]:
    """Return the languages a text can be in, judging by its letters; empty where it has none.

    One language is returned where the script belongs to one only.
    """
    counts: Counter[str] = Counter()
    for character in text:
        script = _script(character)
        if script:
            # One Chinese character or syllable block stands for two or three letters of an alphabet.
            counts[script] += 3 if script in ("Hani", "Kore", "Jpan") else 1
    if not counts:
        return frozenset()
    # Japanese mixes kana with Chinese characters; any kana beside them settles it.
    if counts["Jpan"] and counts["Jpan"] + counts["Hani"] >= counts["Latn"]:
        return frozenset({"ja"})
    script = max(counts, key=lambda name: counts[name])
    if script == "Hani":
        return _orthographies(text)
    if script == "Arab" and any(character in _PERSIAN_LETTERS for character in text):
        return _BY_SCRIPT["Arab"] - {"ar"}
    return _BY_SCRIPT[script]


def _orthographies(text: str) -> frozenset[str]:
    """Return which way of writing Chinese characters a text is in, as far as they tell."""
    traditional = sum(character in _ONLY_TRADITIONAL for character in text)
    simplified = sum(character in _ONLY_SIMPLIFIED for character in text)
    if traditional == simplified:
        return _HAN
    # Japanese shares characters with both.
    ours = "zh-TW" if traditional > simplified else "zh"
    return frozenset({ours}) if len(text) > _SHORT_HAN else frozenset({ours, "ja"})


def _script(character: str) -> str | None:
    if not character.isalpha():
        return None
    if is_ideograph(character):
        return "Hani"
    code = ord(character)
    return next((script for low, high, script in _BLOCKS if low <= code <= high), None)
