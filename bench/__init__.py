"""Benchmarks of Parley against stock Rasa."""
