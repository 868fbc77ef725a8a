"""evolve held to tests that others wrote: Django's own, from its source package."""
