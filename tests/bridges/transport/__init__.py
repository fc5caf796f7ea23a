"""Tests of HTTP, streams, WebSockets and addresses."""
