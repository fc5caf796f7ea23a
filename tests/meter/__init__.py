"""Tests of which readings and values of a meter are believed."""
