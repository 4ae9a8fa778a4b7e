"""Refusals as people paste them: what their codes mean, and what they name."""

from adxmi_jupyter.model.denial.codes import known_codes
from adxmi_jupyter.model.denial.concern import Concern, Meaning
from adxmi_jupyter.model.denial.names import Names
from adxmi_jupyter.model.denial.reading import Denial, read

__all__ = ["Concern", "Denial", "Meaning", "Names", "known_codes", "read"]
