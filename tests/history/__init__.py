"""Filling hours that were missed."""
