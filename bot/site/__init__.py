"""What visitors of the website read."""
