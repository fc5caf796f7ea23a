"""Tests of the bridge eGauge."""
