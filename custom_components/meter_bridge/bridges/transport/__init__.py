"""HTTP, server-sent events and WebSockets with a bridge."""
