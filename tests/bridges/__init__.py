"""Pretend one bridge in each folder, and test the real client against it."""
