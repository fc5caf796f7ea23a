"""Floods: whatever a box pours out, Home Assistant has its turns."""
