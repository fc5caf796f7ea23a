"""Judge the readings of one meter: which are new, and which values to believe."""
