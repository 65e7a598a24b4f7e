"""Patterns with choices in braces, as shells have them: ``/logs/{app,worker}.log``; pure."""

import itertools
from typing import Final

_PATTERNS_MAX: Final = 256


def split(text: str) -> list[str]:
    """Give the parts between commas that are in no braces."""
    depths = itertools.accumulate(text, lambda depth, each: depth + (each == "{") - (each == "}"), initial=0)
    commas = [at for at, (each, depth) in enumerate(zip(text, depths, strict=False)) if each == "," and not depth]
    return [text[start + 1 : end] for start, end in itertools.pairwise([-1, *commas, len(text)])]


def written_out(glob: str) -> list[str]:
    """Give the patterns that one with braces stands for; ``[{]`` is a brace that is meant."""
    start = _brace(glob, "{")
    if start < 0:
        if _brace(glob, "}") >= 0:
            message = "has } without {; write {a,b} for either, [}] for the character"
            raise ValueError(message)
        return [glob]
    choices, end = _choices(glob, start)
    found = [each for choice in choices for each in written_out(glob[:start] + choice + glob[end:])]
    if len(found) > _PATTERNS_MAX:
        message = f"stands for more than {_PATTERNS_MAX} patterns; write * for some of the choices"
        raise ValueError(message)
    return found


def _brace(glob: str, brace: str) -> int:
    """Give the place of the first brace that is not in a set of characters; -1 if there is none."""
    return next((at for at, each in enumerate(glob) if each == brace and glob[at - 1 : at + 2] != f"[{brace}]"), -1)


def _choices(glob: str, start: int) -> tuple[list[str], int]:
    """Give the choices in the braces that begin there, and the place after them."""
    depth, choices, begin = 0, [], start + 1
    for at in range(start, len(glob)):
        depth += (glob[at] == "{") - (glob[at] == "}")
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
