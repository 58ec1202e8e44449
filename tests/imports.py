"""What a file of Python imports."""

import ast
from pathlib import Path


def imported(path: Path) -> set[str]:
    """The modules that a file imports and the names from them: in functions and for types too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{path}: imports are written in full"
            names |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return names
