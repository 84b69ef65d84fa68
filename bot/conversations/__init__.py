"""Durable conversations: inbox, outbox, transcript, and who handles a conversation now."""
