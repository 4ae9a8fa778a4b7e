"""Keep secrets out of every text that is shown or stored. The one place that decides what is one.

By place and shape: `masked` looks for what secrets look like, in whatever text: service messages,
lines people typed, stacks. By value: what came from a variable is replaced by the variable's name
while a line runs (`hiding`). It rather hides too much than too little.
"""

from adxmi_jupyter.masking.locations import holds_secret
from adxmi_jupyter.masking.mask import MASK
from adxmi_jupyter.masking.names import is_secret_name
from adxmi_jupyter.masking.texts import as_written, masked, masked_payload, shortened
from adxmi_jupyter.masking.values import Hidden, hidden_now, hiding, pieces_of

__all__ = [
    "MASK",
    "Hidden",
    "as_written",
    "hidden_now",
    "hiding",
    "holds_secret",
    "is_secret_name",
    "masked",
    "masked_payload",
    "pieces_of",
    "shortened",
]
