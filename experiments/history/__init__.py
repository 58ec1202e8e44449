"""The model held against coded and dated history."""
