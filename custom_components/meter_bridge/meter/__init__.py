"""What is believed of one meter."""
