"""What is shown of what is believed."""
