"""What was missed, out of the bridge's own memory."""
