"""evolve: schema and data migrations for Django."""
