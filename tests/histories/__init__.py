"""Random histories of two apps, run by evolve and by Django side by side."""
