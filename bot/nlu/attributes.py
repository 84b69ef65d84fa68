"""Names of what our components write on a message, beside Rasa's own `intent` and `entities`."""

from __future__ import annotations

#: BCP 47 code from `bot.l10n.languages`.
LANGUAGE = "language"
#: 0.0 where the message itself decides nothing and `language` is only what was expected.
LANGUAGE_CONFIDENCE = "language_confidence"
#: The best issue type, {name, confidence}; confidence given that a problem is stated at all.
ISSUE = "issue"
#: The likeliest issue types, best first.
ISSUE_RANKING = "issue_ranking"
#: Probability that the message states a problem at all.
ISSUE_STATED = "issue_stated"

#: Keys of the message metadata that channels and the dialogue fill in: the language the conversation is in,
#: and the locale of the widget, browser or platform profile.
CONVERSATION_LANGUAGE = "conversation_language"
LOCALE = "locale"
