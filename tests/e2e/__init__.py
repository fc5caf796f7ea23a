"""Journeys of an owner through the real front end, in a browser."""
