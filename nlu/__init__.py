"""Training examples, responses and the components of the pipeline."""
