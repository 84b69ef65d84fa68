"""Machine translation, for people: drafts for translators to review, and what others wrote in their language."""
