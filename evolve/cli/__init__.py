"""Parse, ask, show: the only print and the only exit."""
