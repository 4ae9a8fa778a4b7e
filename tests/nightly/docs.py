"""Build the documentation site, warnings as errors, and hold its local links.

The site is written to ``build/site``. Open ``build/site/index.html`` in a browser; no server is
needed. Its sources are the pages and notebooks as they are: nothing is executed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.nightly.figures import Figure, show

ROOT = Path(__file__).resolve().parents[2]

SITE = ROOT / "build" / "site"

_LOADED = {"script": "src", "img": "src", "link": "href"}


def options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--out", type=Path, default=SITE, help="folder of the site")


def run(chosen: argparse.Namespace) -> int:
    """Build the site and print what is wrong with it."""
    code = build(chosen.out)
    pages = pages_of(chosen.out)
    broken, remote = list(broken_links(pages)), list(loaded_from_elsewhere(pages))
    for one in (*broken, *remote):
        print(one, file=sys.stderr)
    return show(
        [
            Figure("exit code of Sphinx, warnings as errors", code, 0),
            Figure("pages", len(pages)),
            Figure("links to pages, files and headings", sum(len(p.links) for p in pages.values())),
            Figure("broken ones", len(broken), 0),
            Figure("files that a page loads from other hosts", len(remote), 0),
        ]
    )


def build(folder: Path) -> int:
    """Build the site into a folder, from nothing; return the exit code of Sphinx."""
    strict = ("--fail-on-warning", "--keep-going", "--nitpicky", "--fresh-env", "--quiet")
    doctrees = folder.with_name(f"{folder.name}.doctrees")
    call = ("sphinx", "-b", "html", *strict, "-c", "docs", "-d", doctrees, ".", folder)
    return subprocess.run([sys.executable, "-m", *call], cwd=ROOT, check=False).returncode


@dataclass
class Page(HTMLParser):
    """What a page has: names of places in it, links, and what it loads."""

    names: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element names, leads to, or loads."""
        found = dict(attrs)
        self.names.add(found.get("id") or "")
        if tag == "a" and found.get("href"):
            self.links.append(str(found["href"]))
        if found.get("rel") != "canonical" and found.get(_LOADED.get(tag, "")):
            self.loaded.append(str(found[_LOADED[tag]]))


def pages_of(folder: Path) -> dict[Path, Page]:
    """Read every page of a site."""
    pages = {}
    for path in sorted(folder.resolve().rglob("*.html")):
        pages[path] = Page()
        pages[path].feed(path.read_text("utf-8"))
    return pages


def broken_links(pages: dict[Path, Page]) -> Iterator[str]:
    """Yield the links, and loaded files, that lead nowhere on this site."""
    for path, page in pages.items():
        for link in (*page.links, *page.loaded):
            there = urlsplit(link)
            if there.scheme or there.netloc:
                continue
            target = (path.parent / unquote(there.path)).resolve() if there.path else path
            name = unquote(there.fragment)
            if not target.is_file() or (
                name and target in pages and name not in pages[target].names
            ):
                yield f"broken: {link} on {path}"


def loaded_from_elsewhere(pages: dict[Path, Page]) -> Iterator[str]:
    """Yield what a reader without a network would not see."""
    for path, page in pages.items():
        yield from (
            f"not local: {one} on {path}"
            for one in page.loaded
            if urlsplit(one).netloc and urlsplit(one).scheme != "data"
        )
