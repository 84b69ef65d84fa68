"""Machine translation, for people: drafts of catalogues that translators then review."""
