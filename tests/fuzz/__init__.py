"""Fuzzing: feed the decoders a million malformed inputs."""
