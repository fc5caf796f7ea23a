"""Tests of how a bridge gets in."""
