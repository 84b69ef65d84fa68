"""The shop's API under ``/api/v1``: its own systems write what happened and read what came of it; see docs/api.md."""
