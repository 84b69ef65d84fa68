"""Checking, cleaning and keeping of the files that customers send."""
