"""Experiments with many points: designed, conducted, reported."""
