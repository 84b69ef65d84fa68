"""The embeddable chat widget and the demo shop page that carries it."""
