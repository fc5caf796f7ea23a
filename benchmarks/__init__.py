"""Measure what a reading costs, with sockets and simulators: scripts/benchmark."""
