"""Installs evolve; all that it says is in setup.cfg."""

from setuptools import setup

setup()
