"""Who speaks HTTP to the receivers of webhooks."""
