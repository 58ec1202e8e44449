"""Designs, conducts and reports experiments with many points."""
