"""Which revisions are applied on a database."""
