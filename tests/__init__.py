"""Test Meter Bridge against simulated bridges on loopback."""
