"""The database: tables, mapping, repositories, unit of work and migrations; the only user of SQLAlchemy."""
