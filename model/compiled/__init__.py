"""The rules of a turn, traced once and compiled for strips of eight runs."""
