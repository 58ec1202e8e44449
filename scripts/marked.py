"""The part of a document between two markers, made by a script."""

import re
from pathlib import Path


def put(page: Path, name: str, body: str) -> None:
    """Write a body between the markers of this name, which the page must have once."""
    pattern = rf"(<!-- {name}: made by [\w/]+ -->\n).*?(<!-- /{name} -->)"
    text, count = re.subn(
        pattern, lambda found: found[1] + body + found[2], page.read_text("utf-8"), flags=re.S
    )
    if count != 1:
        raise ValueError(f"{page}: found the markers of '{name}' {count} times; valid: once")
    page.write_text(text, "utf-8")
