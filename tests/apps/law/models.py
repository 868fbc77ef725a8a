"""Empty: see tests/contract/engine.py."""
