"""Pretend to be an IOmeter bridge."""
