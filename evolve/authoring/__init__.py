"""Writing revisions: new ones, merges, and old ones anew."""
