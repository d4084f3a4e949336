"""Running instances that survive: a journal of events in SQLite or PostgreSQL."""
