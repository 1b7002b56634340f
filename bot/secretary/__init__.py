"""The founder's secretary: what is followed, found, submitted and noted beside the answers."""
