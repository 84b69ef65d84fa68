"""The agent desk: where people take over conversations that the bot hands to them."""
