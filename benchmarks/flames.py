"""A flame graph of sampled stacks as one SVG: width is the share of samples, and a tooltip names what is too narrow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape

_WIDTH = 1200
_ROW = 17
_LEAST_WIDTH = 0.4
_LETTER = 6.6


@dataclass(slots=True)
class Node:
    """A function as called from one place."""

    samples: int = 0
    below: dict[str, "Node"] = field(default_factory=dict)


def tree(samples: Mapping[tuple[str, ...], int]) -> Node:
    """Lay stacks, from the root on, over one another."""
    root = Node()
    for stack, count in samples.items():
        node = root
        node.samples += count
        for name in stack:
            node = node.below.setdefault(name, Node())
            node.samples += count
    return root


def depth(node: Node) -> int:
    """Give how many functions lie over one another."""
    return max((1 + depth(each) for each in node.below.values()), default=0)


def flame_graph(samples: Mapping[tuple[str, ...], int], title: str) -> str:
    """Draw it, the root at the top."""
    root = tree(samples)
    height = (depth(root) + 2) * _ROW
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        f'font-family="monospace" font-size="11"><rect width="100%" height="100%" fill="#fff"/>'
        f'<text x="4" y="12">{escape(title)}: {root.samples:,} samples</text>'
    )
    return "\n".join([head, *_boxes(root, root.samples or 1, 0.0, 1), "</svg>", ""])


def _boxes(node: Node, total: int, left: float, row: int) -> Iterator[str]:
    for name, each in sorted(node.below.items()):
        width = each.samples / total * _WIDTH
        if width >= _LEAST_WIDTH:
            yield _box(name, each.samples / total, left, row * _ROW, width)
            yield from _boxes(each, total, left, row + 1)
        left += width


def _box(name: str, share: float, left: float, top: int, width: float) -> str:
    room = int((width - 4) / _LETTER)
    text = name if len(name) <= room else name[: max(0, room - 1)] + "…" if room > 3 else ""
    words = f'<text x="{left + 2:.1f}" y="{top + 12}">{escape(text)}</text>' if text else ""
    return (
        f"<g><title>{escape(name)}: {share:.1%}</title>"
        f'<rect x="{left:.1f}" y="{top}" width="{max(width - 0.3, 0.1):.1f}" height="{_ROW - 1}" rx="1" '
        f'fill="{_fill(name)}"/>{words}</g>'
    )


def _fill(name: str) -> str:
    """Ours blue, other Python yellow, C orange."""
    if "(logship/" in name:
        return "#9ec1ff"
    return "#ffe08a" if ".py)" in name or "<frozen" in name else "#ffb98a"
