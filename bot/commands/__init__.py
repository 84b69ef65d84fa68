"""The subcommands of ``parley``, one module a group."""
