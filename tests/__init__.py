"""Tests; `pytest` runs them, CONTRIBUTING.md says how they are arranged."""
