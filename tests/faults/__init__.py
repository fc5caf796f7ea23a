"""The fault matrix: every mishap on every bridge, and what the owner sees of it."""
