"""Apps without models of their own: tests give them models as text and migrations in a directory."""
