"""Channels: how messages come in from customers and go out to them, one module a platform."""
