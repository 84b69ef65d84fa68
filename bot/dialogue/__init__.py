"""The Rasa agent inside the process: its answers, its memory and its actions."""
