"""Compares the model with coded and dated history."""
