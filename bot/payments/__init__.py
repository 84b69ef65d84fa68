"""Payment providers: who moves the money."""
