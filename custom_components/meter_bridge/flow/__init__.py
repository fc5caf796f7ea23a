"""The config and options flows: announcements, probing, steps and forms."""
