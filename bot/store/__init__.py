"""Where conversations are kept: SQLite by default, PostgreSQL by one setting."""
