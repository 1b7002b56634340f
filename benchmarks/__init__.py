"""What `make bench` runs: this bot beside Rasa's stock layout, on the same machine and questions."""
