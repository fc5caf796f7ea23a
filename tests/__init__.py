"""Test Meter Bridge against pretend bridges on loopback."""
