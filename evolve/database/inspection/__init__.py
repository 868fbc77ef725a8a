"""Models for tables that are there: what `evolve inspect` reads of a database.

It stands on Django's introspection and on inspectdb's names and guesses.
"""
