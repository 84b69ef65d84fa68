"""English source texts of the widget and of the demo shop page; the key is the translation context.

Placeholders in braces are filled in by the browser (widget) or by the template (shop page).
"""

from __future__ import annotations

from bot.aftersales.evidence import MAX_BYTES, MAX_PAGES, MAX_PIECES, EvidenceRefusal
from bot.l10n.catalogue import translator

WIDGET_STRINGS: dict[str, str] = {
    "widget_title": "Customer service",
    "widget_status_bot": "Assistant, answers at once",
    "widget_status_queued": "A colleague will be with you soon",
    "widget_status_human": "You are talking to our team",
    "widget_open": "Open chat",
    "widget_close": "Close chat",
    "widget_unread": "Unread messages: {count}",
    "widget_menu": "More options",
    "widget_talk_to_person": "Talk to a person",
    "widget_start_over": "Start over",
    "widget_conversation": "Conversation",
    "widget_new_messages": "New messages",
    "widget_message": "Your message",
    "widget_placeholder": "Write a message…",
    "widget_send": "Send",
    "widget_characters_left": "Characters left: {count}",
    "widget_too_long": "Too long by: {count}",
    "widget_suggestions": "Suggested answers",
    "widget_author_customer": "You",
    "widget_author_bot": "Assistant",
    "widget_author_agent": "Support team",
    "widget_typing_bot": "The assistant is writing",
    "widget_typing_agent": "A colleague is writing",
    "widget_sending": "Sending",
    "widget_sent": "Sent",
    "widget_not_sent": "Not sent",
    "widget_rate_limited": "Too many messages at once. Please wait a moment.",
    "widget_retry": "Try again",
    "widget_connection_lost": "No connection. Trying again…",
    "widget_image": "Picture",
    "widget_machine_translated": "Translated by a machine.",
    "widget_show_original": "Show original",
    "widget_show_translation": "Show translation",
    "widget_removed": "This message was removed.",
    "widget_edited": "edited",
    "widget_copy": "Copy",
    "widget_copied": "Copied",
    "widget_case_number": "Case number",
    "widget_return_number": "Return number",
    "widget_document_return": "Return slip with address and packing guide (PDF)",
    "widget_document_repair": "Repair slip with address and packing guide (PDF)",
    "widget_document_invoice": "Invoice (PDF)",
    "widget_send_back_by": "Send back by {date}",
    "widget_offer": "Our offer",
    "widget_handoff": "A person will take over",
    "widget_place_in_line": "Place in line: {position}",
    "widget_waiting_time": "Waiting time: about {duration}",
    "widget_welcome": "Hello! How can we help?",
    "widget_welcome_text": "Ask us about an order, a delivery or a return, in the language you like best.",
    "widget_start_track": "Where is my order?",
    "widget_start_return": "Send something back",
    "widget_start_exchange": "Exchange something",
    "widget_start_complain": "Something is wrong",
    "widget_attach": "Attach photos or documents",
    "widget_take_photo": "Take a photo",
    "widget_drop_files": "Drop photos or documents here",
    "widget_photo": "Photo",
    "widget_document": "Document",
    "widget_file_too_large": "This file is too large. You can send up to {megabytes} MB.",
    "widget_file_unsupported": (
        "We cannot take this kind of file. Please send a photo (JPEG, PNG, WebP, HEIC) or a PDF."
    ),
    "widget_file_unreadable": "We could not open this file. It may be damaged, please try another one.",
    "widget_file_encrypted": "This document is protected with a password. Please send it without one.",
    "widget_file_too_many_pages": "This document is too long. You can send up to {pages} pages.",
    "widget_file_too_many": "You can send up to {count} files an hour. Please try again later.",
}

SHOP_STRINGS: dict[str, str] = {
    "shop_tagline": "Good things for every day, sent all over the world",
    "shop_hero": "Made to be used every day",
    "shop_hero_text": (
        "Shoes that last, kitchen things that work, presents that surprise. Packed by us, sent to your door."
    ),
    "shop_hero_button": "See everything",
    "shop_promise_worldwide": "Worldwide delivery",
    "shop_promise_returns": "Returns and exchanges in a few clicks",
    "shop_promise_help": "Help around the clock in your language",
    "shop_language": "Language",
    "shop_categories": "Categories",
    "shop_all": "Everything",
    "shop_show_category": "Show all",
    "shop_skip": "Skip to the products",
    "shop_from": "from {price}",
    "shop_few_left": "Only a few left",
    "shop_sold_out": "Sold out",
    "shop_sizes": "Sizes {first} to {last}",
    "shop_size": "Size {size}",
    "shop_colors": "Colours: {count}",
    "shop_empty": "There is nothing here at the moment.",
    "shop_help": "Is something wrong with an order?",
    "shop_help_text": (
        "Our chat at the bottom of the page finds your order, opens returns and exchanges, "
        "and brings in a colleague when it takes a person."
    ),
    "shop_demo": ("This is a demo shop: nothing can be bought here, and all its customers and orders are made up."),
    "shop_category_shoes": "Shoes",
    "shop_category_clothing": "Clothing",
    "shop_category_kitchen": "Kitchen",
    "shop_category_electronics": "Electronics",
    "shop_category_toys": "Toys",
    "shop_category_beauty": "Beauty",
    "shop_category_sports": "Sports",
    "shop_category_home": "Home",
    "shop_category_garden": "Garden",
    "shop_category_books": "Books and media",
}

STRINGS: dict[str, str] = {**WIDGET_STRINGS, **SHOP_STRINGS}


def machine_translated(language: str) -> str:
    """Return the remark below a text that no person has translated, in a language."""
    key = "widget_machine_translated"
    return translator("bot").translate(key, WIDGET_STRINGS[key], language)


def file_refused(reason: EvidenceRefusal, language: str) -> str:
    """Return why a file is not taken, in a language, for channels whose client does not say it itself."""
    key = _REFUSALS[reason]
    text = translator("bot").translate(key, WIDGET_STRINGS[key], language)
    return text.format(megabytes=MAX_BYTES // 2**20, pages=MAX_PAGES, count=MAX_PIECES)


_REFUSALS = {
    EvidenceRefusal.TOO_LARGE: "widget_file_too_large",
    EvidenceRefusal.UNSUPPORTED_TYPE: "widget_file_unsupported",
    EvidenceRefusal.UNREADABLE: "widget_file_unreadable",
    EvidenceRefusal.ENCRYPTED: "widget_file_encrypted",
    EvidenceRefusal.TOO_MANY_PAGES: "widget_file_too_many_pages",
    EvidenceRefusal.TOO_MANY: "widget_file_too_many",
}
