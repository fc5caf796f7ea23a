"""The error of the demo itself."""


class DemoError(Exception):
    """The demo cannot continue; the text tells its user why."""
