"""Show Meter Bridge in a real Home Assistant, with every bridge simulated."""
