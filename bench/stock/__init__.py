"""Parley's domain and English data as a stock Rasa project."""
