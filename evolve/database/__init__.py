"""The live database: the working state, the `db` facade, vendor facts."""
