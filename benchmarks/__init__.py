"""What `make bench` runs: this bot beside Rasa's stock layout, on one machine."""
