"""Small configurations of Fluent Bit's, with what they come to."""

from collections.abc import Mapping
from typing import Final

from tests.convert import examples_all_else, examples_filters, examples_inputs, examples_outputs
from tests.convert.writing import Example

EXAMPLES: Final[Mapping[str, Example]] = {
    **examples_inputs.EXAMPLES,
    **examples_filters.EXAMPLES,
    **examples_outputs.EXAMPLES,
    **examples_all_else.EXAMPLES,
}
