"""Feeding the decoders a million things that no bridge would say."""
