"""Patterns with choices in braces, as shells have them: ``/logs/{app,worker}.log``; pure."""

import itertools
from typing import Final

_PATTERNS_MAX: Final = 256


def split(text: str) -> list[str]:
    """Give the parts between commas that are in no braces."""
    depths = itertools.accumulate(_deeper(text, at) for at in range(len(text)))
    commas = [at for at, (each, depth) in enumerate(zip(text, depths, strict=False)) if each == "," and not depth]
    return [text[start + 1 : end] for start, end in itertools.pairwise([-1, *commas, len(text)])]


def written_out(glob: str) -> list[str]:
    """Give the patterns that one with braces stands for; ``[{]`` is a brace that is meant."""
    braces = [at for at in range(len(glob)) if _deeper(glob, at)]
    start = next((at for at in braces if glob[at] == "{"), -1)
    if start < 0:
        if braces:
            message = "has } without {; write {a,b} for either, [}] for the character"
            raise ValueError(message)
        return [glob]
    choices, end = _choices(glob, start)
    found = [each for choice in choices for each in written_out(glob[:start] + choice + glob[end:])]
    if len(found) > _PATTERNS_MAX:
        message = f"stands for more than {_PATTERNS_MAX} patterns; write * for some of the choices"
        raise ValueError(message)
    return found


def _deeper(text: str, at: int) -> int:
    """Give 1 where a brace opens, -1 where one closes; one in a set of its own does neither."""
    each = text[at]
    return 0 if text[at - 1 : at + 2] == f"[{each}]" else (each == "{") - (each == "}")


def _choices(glob: str, start: int) -> tuple[list[str], int]:
    """Give the choices in the braces that begin there, and the place after them."""
    depth, choices, begin = 0, [], start + 1
    for at in range(start, len(glob)):
        depth += _deeper(glob, at)
        if (glob[at] == "," and depth == 1) or not depth:
            choices.append(glob[begin:at])
            begin = at + 1
        if not depth:
            if len(choices) == 1:
                message = (
                    f"has {glob[start:begin]}, which is no choice; write {{a,b}} for either, [{{] for the character"
                )
                raise ValueError(message)
            return choices, begin
    message = "has { without }; write {a,b} for either, [{] for the character"
    raise ValueError(message)
