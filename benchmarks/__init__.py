"""What a reading costs, measured with sockets and simulators: scripts/benchmark."""
