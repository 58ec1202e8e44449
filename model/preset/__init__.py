"""Presets and profiles: read, checked, and made a first world."""
