"""Tests of filling, importing and correcting hours of the statistics."""
