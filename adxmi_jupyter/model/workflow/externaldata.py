"""externaldata: a query reads files that no external table is made for, as an identity."""

from __future__ import annotations

from typing import ClassVar

from adxmi_jupyter.model.columns import columns_text
from adxmi_jupyter.model.declaration import targets
from adxmi_jupyter.model.declaration.fields import field, identity_help
from adxmi_jupyter.model.declaration.formats import BlobFormat
from adxmi_jupyter.model.declaration.locations import GEN1
from adxmi_jupyter.model.declaration.plugins import piped_into
from adxmi_jupyter.model.declaration.products import Endpoint, Statement
from adxmi_jupyter.model.declaration.requirements import Requirement
from adxmi_jupyter.model.declaration.stored import FunctionListing
from adxmi_jupyter.model.declaration.types import (
    Columns,
    Identity,
    JsonList,
    LocationsWithoutGen1,
    Text,
)
from adxmi_jupyter.model.declaration.workflow import About, Sample, Workflow
from adxmi_jupyter.model.permission import Permission


class ExternalData(Workflow):
    """Queries of files that authenticate with a managed identity."""

    about: ClassVar = About(
        title="externaldata",
        does="run",
        action="Query files in storage with a managed identity",
        caller=Permission("Database Viewer"),
        pages=("externaldata operator",),
        sample=Sample(
            {
                "location": "https://contosolake.blob.core.windows.net/landing/orders.csv",
                "identity": "mi-ingest",
                "columns": "OrderId:long, Region:string, Amount:real, Placed:datetime",
            },
        ),
        body="then",
        without_identity=(GEN1,),
    )
    listing: ClassVar = FunctionListing(("externaldata", "external_data"), targets.requests_files)

    location: LocationsWithoutGen1 = field(
        "Location",
        "File URLs, without SAS or key.",
        example="https://contosolake.blob.core.windows.net/landing/orders.csv",
    )
    identity: Identity = field("Identity", identity_help("reads the files"), example="mi-ingest")
    columns: Columns = field(
        "Columns", "Column names and types.", example="OrderId:long, Region:string"
    )
    data_format: BlobFormat | None = field(
        "Format",
        "Data format of the files.",
        None,
        default_text="by file extension, otherwise csv",
        property_name="format",
    )
    ignore_first_record: bool = field(
        "Ignore first record",
        "Skip the first record, which holds column names.",
        default=False,
        property_name="ignoreFirstRecord",
    )
    ingestion_mapping: JsonList = field(
        "Mapping",
        "Ingestion mapping, a JSON array.",
        None,
        property_name="ingestionMapping",
        example='[{"Column": "OrderId", "Properties": {"Ordinal": 0}}]',
    )
    then: Text = field(
        "Then", "KQL operators to apply to the records.", "", example="summarize count() by Region"
    )

    def requirements(self) -> tuple[Requirement, ...]:
        """Return the requirements: the usage ExternalDataRequest, and reading the files."""
        return targets.requests_files(self.identity, *self.location)

    def connection_strings(self) -> tuple[str, ...]:
        """Return one for each location."""
        return tuple(targets.connection_string(one, self.identity) for one in self.location)

    def product(self) -> Statement:
        """Return the query."""
        parts = [
            f"externaldata {columns_text(self.columns)}",
            f"[{targets.literals(self.connection_strings())}]",
            self.properties(),
        ]
        return Statement(piped_into(" ".join(filter(None, parts)), self.then), Endpoint.QUERY)
