"""multilingual-e5-small on BLAS: model file, tokenizer, transformer, engine."""
