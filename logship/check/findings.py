"""What a check finds, in two kinds."""

from logship.logs import printable
from logship.model import Finding


def good(subject: str, message: str) -> Finding:
    """Give a finding that stands in nobody's way."""
    return Finding(good=True, subject=subject, message=printable(message))


def bad(subject: str, message: str) -> Finding:
    """Give one that does."""
    return Finding(good=False, subject=subject, message=printable(message))
