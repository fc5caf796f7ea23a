"""Name what can go wrong with the demo itself."""


class DemoError(Exception):
    """Say why the demo cannot go on, in words for whoever started it."""
