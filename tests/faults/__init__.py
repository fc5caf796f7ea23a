"""The fault matrix: every mishap (fault) on every bridge, and what its owner sees."""
