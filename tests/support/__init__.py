"""What simulators and tests share."""
