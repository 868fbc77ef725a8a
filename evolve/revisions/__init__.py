"""Revision files and the graph they make."""
