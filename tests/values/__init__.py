"""Tests of board, sources, sensors and throttle."""
