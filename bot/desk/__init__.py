"""The hotline desk: what staff see and do."""
