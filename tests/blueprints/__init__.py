"""Blueprints, in automations that run against simulators."""
