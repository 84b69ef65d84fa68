"""Universal Sentence Encoder multilingual v3: network and engine."""
