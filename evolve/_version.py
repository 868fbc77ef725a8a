"""The version, by itself: setup.cfg reads it before Django is installed."""

VERSION = "0.1.0"
