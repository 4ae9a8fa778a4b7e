"""infer_storage_schema: a query finds out which columns the files of a container have.

It is the step before an external table is made of them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from adxmi_jupyter.fixes import Command
from adxmi_jupyter.model.declaration import targets
from adxmi_jupyter.model.declaration.fields import FieldKind, field, identity_help
from adxmi_jupyter.model.declaration.formats import BlobFormat
from adxmi_jupyter.model.declaration.plugins import Literal, bag
from adxmi_jupyter.model.declaration.products import Endpoint, Statement
from adxmi_jupyter.model.declaration.requirements import Requirement
from adxmi_jupyter.model.declaration.stored import FunctionListing
from adxmi_jupyter.model.declaration.types import Identity, Locations, Text
from adxmi_jupyter.model.declaration.unsupported import Unsupported
from adxmi_jupyter.model.declaration.workflow import About, Sample, Workflow
from adxmi_jupyter.model.permission import Permission

_WITH_SUGGESTIONS = Unsupported(
    "infer_storage_schema_with_suggestions",
    "its documentation lists other authentication methods, not this one",
    Command.of("infer-storage-schema", "run", "--help"),
    ("infer-storage-schema-with-suggestions",),
)


class Mode(StrEnum):
    """Which files are looked at."""

    ANY = "any"
    LAST = "last"
    ALL = "all"


class InferStorageSchema(Workflow):
    """Schema inference that authenticates with a managed identity."""

    about: ClassVar = About(
        title="infer_storage_schema",
        does="run",
        action="Infer the columns of files in storage with a managed identity",
        caller=Permission("Database Viewer"),
        pages=("infer_storage_schema plugin",),
        sample=Sample(
            {
                "location": "https://contosolake.blob.core.windows.net/landing",
                "identity": "mi-ingest",
                "data_format": "csv",
                "file_extension": ".csv",
            },
        ),
        infers=FieldKind.COLUMNS,
        without_identity=(_WITH_SUGGESTIONS,),
    )
    listing: ClassVar = FunctionListing(("infer_storage_schema",), targets.requests_files)

    location: Locations = field(
        "Location",
        "Container or folder URLs, without SAS or key.",
        example="https://contosolake.blob.core.windows.net/landing",
    )
    identity: Identity = field("Identity", identity_help("reads the files"), example="mi-ingest")
    data_format: BlobFormat = field("Format", "Data format of the files.", example="csv")
    file_extension: Text = field(
        "File extension", "File extension of the files to read.", "", example=".csv"
    )
    file_name_prefix: Text = field(
        "Name prefix", "Prefix of the names of the files to read.", "", example="orders"
    )
    mode: Mode = field("Mode", "Files to read: any one, the last or all.", Mode.LAST)
    first_row_as_header: bool = field(
        "First row as header", "Use the first row as column names.", default=False
    )

    def requirements(self) -> tuple[Requirement, ...]:
        """Return the requirements: the usage ExternalDataRequest, and reading the files."""
        return targets.requests_files(self.identity, *self.location)

    def connection_strings(self) -> tuple[str, ...]:
        """Return one for each location."""
        return tuple(targets.connection_string(one, self.identity) for one in self.location)

    def product(self) -> Statement:
        """Return the query."""
        strings = [Literal(targets.literals((one,))) for one in self.connection_strings()]
        options = bag(
            {
                "StorageContainers": strings,
                "DataFormat": self.data_format,
                "FileExtension": self.file_extension or None,
                "FileNamePrefix": self.file_name_prefix or None,
                "Mode": self.mode if self.mode is not Mode.LAST else None,
                "InferenceOptions": {"UseFirstRowAsHeader": True}
                if self.first_row_as_header
                else None,
            }
        )
        return Statement(f"evaluate infer_storage_schema({options})", Endpoint.QUERY)
