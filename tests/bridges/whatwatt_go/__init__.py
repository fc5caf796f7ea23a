"""Pretend to be a whatwatt Go."""
