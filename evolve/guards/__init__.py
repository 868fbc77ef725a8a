"""May this plan run here? One question a file."""
