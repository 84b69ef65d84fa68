"""The ports of services and conversations, implemented with SQLAlchemy."""
