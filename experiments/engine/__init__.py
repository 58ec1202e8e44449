"""Ensembles and duels played by workers, and stored."""
