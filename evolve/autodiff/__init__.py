"""Two snapshots -> changes."""
