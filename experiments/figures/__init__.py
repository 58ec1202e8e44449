"""Figures of ensembles and duels."""
