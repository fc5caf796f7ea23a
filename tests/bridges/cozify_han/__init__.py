"""Test the Cozify HAN reader."""
