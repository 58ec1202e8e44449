"""The page in the browser: its parts, and the Vue files that draw them."""
