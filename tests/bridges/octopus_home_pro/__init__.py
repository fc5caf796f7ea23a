"""Octopus Home Pro: its simulator and tests."""
