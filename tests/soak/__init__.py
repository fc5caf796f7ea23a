"""A week with every bridge and all of their mishaps, in minutes."""
