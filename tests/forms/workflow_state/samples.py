"""Samples of workflows to fill forms in with."""

import pytest

from adxmi_jupyter.model.declaration.registry import declarations

DECLARATIONS = {one.noun(): one for one in declarations()}


TABLE = {
    "name": "Archive",
    "identity": "mi-export",
    "location": "https://contosolake.blob.core.windows.net/archive",
    "columns": "OrderId:long, Region:string",
    "data_format": "csv",
}


SIGNED = f"{TABLE['location']}?sv=2025-01-05&sig=cmVhZA%3D%3D"


every = pytest.mark.parametrize("noun", DECLARATIONS)


def sample_of(noun):
    return DECLARATIONS[noun].about.sample.fields


def heard(_told):
    pass
