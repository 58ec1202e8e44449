"""The model held against what theory proves or found."""
