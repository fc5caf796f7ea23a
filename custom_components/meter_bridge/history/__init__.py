"""Fill missed hours of the long-term statistics from the bridge's own memory."""
