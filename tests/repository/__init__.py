"""Tests of the repository: pages, metadata, walls."""
