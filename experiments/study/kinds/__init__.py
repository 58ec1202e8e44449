"""The kinds of experiment, each with its figure."""
