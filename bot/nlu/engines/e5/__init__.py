"""multilingual-e5-small: model file, tokenizer, transformer, engine."""
