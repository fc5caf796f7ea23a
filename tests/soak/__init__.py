"""A simulated week with every bridge and random mishaps, in minutes."""
