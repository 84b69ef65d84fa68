"""Many agents and many customers at one process of the server at once; see docs/desk.md."""
