"""`infer_storage_schema`: the columns of blobs (page: infer_storage_schema plugin)."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.query.sources import EXTERNAL_DATA_REQUEST
from adxmi_jupyter.embedded.kusto.results import Result
from adxmi_jupyter.embedded.kusto.targets.folders import open_folder
from adxmi_jupyter.embedded.storage.errors import BlobFormatError
from adxmi_jupyter.embedded.storage.inference import inferred_columns, merged_columns

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.query.evaluate.call import PluginCall
    from adxmi_jupyter.embedded.kusto.targets.folders import Folder

_MODES = ("any", "last", "all")
_OPTIONS = {
    name.casefold(): name
    for name in (
        *("StorageContainers", "DataFormat", "FileExtension", "FileNamePrefix", "Mode"),
        "InferenceOptions",
    )
}


def infer_storage_schema(call: PluginCall) -> Result:
    """Return one cell with a schema such as `a:string, b:long`."""
    call.require_no_input()
    options = _options(call)
    database, caller = call.database, call.session.caller
    folders = [
        open_folder(
            call.session.world,
            str(each),
            usage=EXTERNAL_DATA_REQUEST,
            database=database,
            caller=caller,
        )
        for each in options["StorageContainers"]
    ]
    blobs = [
        (folder, path)
        for folder in folders
        for path in folder.existing()
        if _is_wanted(PurePosixPath(path).name, options)
    ]
    if not blobs:
        raise bad_request("There is no blob of that name in the storage containers.")
    mode = str(options.get("Mode", "last")).casefold()
    chosen = {"any": blobs[:1], "last": blobs[-1:], "all": blobs}[mode]
    columns = merged_columns(_columns(folder, path, options) for folder, path in chosen)
    schema = ", ".join(f"{name}:{kind}" for name, kind in columns)
    return Result((("CslSchema", "string"),), ((schema,),))


def _options(call: PluginCall) -> dict[str, Any]:
    """Return the options by their names in the documentation.

    Published scripts hand over options that the page does not have, such as Kind and pathformat:
    they are ignored.
    """
    given = call.bag(call.bound("Options", least=1), "Options")
    known = {name: _OPTIONS.get(name.casefold()) for name in given}
    options = {name: given[each] for each, name in known.items() if name is not None}
    containers = options.get("StorageContainers")
    if not isinstance(containers, list) or not containers or not options.get("DataFormat"):
        raise call.error("needs StorageContainers, an array, and DataFormat.")
    if str(options.get("Mode", "last")).casefold() not in _MODES:
        raise call.error(f"has the modes {', '.join(_MODES)}.")
    return options


def _is_wanted(name: str, options: dict[str, Any]) -> bool:
    prefix, extension = options.get("FileNamePrefix", ""), options.get("FileExtension", "")
    return name.startswith(str(prefix)) and name.endswith(str(extension))


def _columns(folder: Folder, path: str, options: dict[str, Any]) -> list[tuple[str, str]]:
    inference = options.get("InferenceOptions")
    header = isinstance(inference, dict) and inference.get("UseFirstRowAsHeader") is True
    try:
        return inferred_columns(
            folder.read(path), str(options["DataFormat"]), path=path, header=header
        )
    except BlobFormatError as error:
        raise bad_request(f"'{folder.uri(path)}' cannot be read: {error}") from error
