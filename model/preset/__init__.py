"""Reads and checks presets and profiles, and builds the first world from them."""
