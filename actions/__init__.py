"""Thin adapters between Rasa and the services: read the turn, call a service, choose a response."""
