"""How the help of a command shows examples."""

from __future__ import annotations


def examples(*lines: str) -> str:
    """Word the examples under the help of a command, one a line."""
    return "\b\n" + "\n".join([f"Example{'s' * (len(lines) > 1)}:", *(f"  {line}" for line in lines)])
