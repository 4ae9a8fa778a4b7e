"""The files of a conversion: read by name, folder or standard input; one is written, or several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from adxmi_jupyter.errors import InvalidValue
from adxmi_jupyter.fixes import ChangeOption, Explain, Option
from adxmi_jupyter.magics.body_file import file_text, standard_input
from adxmi_jupyter.magics.whole_files import is_directory, write_text, write_texts
from adxmi_jupyter.model.foreign_files.registry import format_of, names
from adxmi_jupyter.model.foreign_files.values import TextFile

if TYPE_CHECKING:
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.magics.policy_file import NamedText

    _ParamType = click.ParamType[Any]
else:
    _ParamType = click.ParamType  # generic only in recent releases, and only for checkers

_CELL, _INPUT = "the cell", "the standard input"


class SourceFile(_ParamType):
    """A file or a folder."""

    name = "file"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer files: a shell does it itself, the notebook's matcher lists them."""
        del ctx, param
        return [CompletionItem(incomplete, type="file")]


def sources(
    call: Call, paths: Sequence[str], source: str | None, file: NamedText
) -> list[TextFile]:
    """Return the files that are named, and the cell body where there are none.

    Raises
    ------
    InvalidValue
        One cannot be read, or a folder has none of the format.
    MalformedBody
        One is too large, or not UTF-8.

    """
    named = [TextFile(file.name, file.text)] if file else []
    if not paths and not file and call.body and call.body.strip():
        return [TextFile(_CELL, "\n" * (call.body_line - 1) + call.body)]
    return [*named, *(one for path in paths for one in _files(call, path, source))]


def _files(call: Call, path: str, source: str | None) -> Iterator[TextFile]:
    if path == "-" and call.is_console:
        yield TextFile(_INPUT, standard_input())
        return
    folder = Path(path).expanduser()
    if not folder.is_dir():
        yield TextFile(path, file_text(path))
        return
    patterns = [one for name in _formats(source) for one in format_of(name).patterns]
    found = sorted({one for pattern in patterns for one in folder.glob(pattern)})
    if not found:
        raise InvalidValue(
            f"the folder {path} has no files to convert",
            why=f"such files are {', '.join(patterns) or 'named one by one'}",
            fix=Explain.of("name a file, or the format with ", Option("--from")),
        )
    for one in found:
        yield TextFile(str(one), file_text(str(one)))


def _formats(source: str | None) -> Sequence[str]:
    return (source,) if source else names()


def write(out: str, files: Sequence[TextFile]) -> Sequence[str]:
    """Write files, and return their names: one as `out`, several below the folder of that name.

    Raises
    ------
    InvalidValue
        There are several files, and `out` is the name of a file.
    ResultNotSaved
        One cannot be written; none is then.

    """
    target = Path(out)
    is_folder = is_directory(out)
    if len(files) == 1 and not is_folder:
        write_text(out, files[0].text)
        return (out,)
    if (target.suffix or target.expanduser().is_file()) and not is_folder:
        raise InvalidValue(
            f"{out} can't hold {len(files)} files",
            why="the format has several files",
            fix=ChangeOption("--out", target.stem or "converted"),
        )
    texts = {str(target / file.name): file.text for file in files}
    write_texts(texts, makes_folders=True)
    return tuple(texts)
