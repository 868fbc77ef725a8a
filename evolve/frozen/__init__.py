"""Models as they were."""
