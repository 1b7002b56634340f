"""The platforms where founders write."""
