"""Which believed values are shown, and when they are written."""
