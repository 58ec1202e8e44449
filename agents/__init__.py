"""What states want and how they choose."""
