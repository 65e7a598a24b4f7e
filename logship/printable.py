"""Hostile text on one line: what ``logship`` prints of file names and of what a server says; loads nothing."""


def printable(text: str) -> str:
    """Escape what a terminal could take for a command, and what would end the line."""
    return text if text.isprintable() else "".join(c if c.isprintable() else _escape(c) for c in text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
