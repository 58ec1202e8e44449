"""The parts of the page, and the Vue files that draw them."""
