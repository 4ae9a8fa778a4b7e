"""Requests and replies as values, and predicates that choose requests."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

_HOP_HEADERS = {"connection", "transfer-encoding", "content-length", "content-encoding"}


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def path(self):
        """The path without its query, decoded and without a scheme and host."""
        return unquote(urlsplit(self.target).path)

    @property
    def is_kusto(self):
        """Whether it goes to the management, query or metadata endpoint of a cluster."""
        return "/rest/" in self.path

    @property
    def statement(self):
        """The command or query of a request to Kusto; empty for any other request."""
        if not (self.is_kusto and self.body):
            return ""
        try:
            return str(json.loads(self.body).get("csl", ""))
        except (ValueError, AttributeError):
            return ""

    @property
    def is_read(self):
        """Whether it only reads, many a POST included."""
        if self.method in {"GET", "HEAD"} or self.path.endswith("/query"):
            return True
        if self.statement:
            return self.statement.lstrip().lower().startswith((".show", ".get"))
        return self.method == "POST" and self.path.lower().endswith(
            ("/microsoft.resourcegraph/resources", "/listfollowerdatabases")
        )

    def __str__(self):
        return f"{self.method} {self.path} {self.statement}".rstrip()


@dataclass(frozen=True)
class Reply:
    """An answer, whole; `reason` and the length of the body are filled in."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    length: str | None = None

    def header(self, name):
        """Return a header's value, or None."""
        return next((v for k, v in self.headers if k.lower() == name.lower()), None)

    def with_headers(self, **named):
        """Return it with these headers instead of those of the same names; None removes one."""
        new = {name.replace("_", "-"): value for name, value in named.items()}
        names = {name.lower() for name in new}
        kept = tuple((k, v) for k, v in self.headers if k.lower() not in names)
        added = tuple((k, v) for k, v in new.items() if v is not None)
        return replace(self, headers=kept + added)

    def head(self):
        """Return the status line and the headers, as bytes of the wire."""
        length = str(len(self.body)) if self.length is None else self.length
        headers = [*self.headers, *([("Content-Length", length)] if length else [])]
        lines = [f"HTTP/1.1 {self.status} Status", *(f"{name}: {text}" for name, text in headers)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    def wire(self):
        """Return the whole answer as bytes of the wire."""
        return self.head() + self.body


def end_to_end(headers):
    """Return the headers that are no matter of one connection alone."""
    return tuple((name, text) for name, text in headers if name.lower() not in _HOP_HEADERS)


def anything(_request):
    """Choose every request."""
    return True


def reads(request):
    """Choose what only reads."""
    return request.is_read


def writes(request):
    """Choose what may change something."""
    return not request.is_read


def kusto(request):
    """Choose what goes to the cluster itself."""
    return request.is_kusto


def resource_manager(request):
    """Choose what goes to Azure Resource Manager, the Resource Graph included."""
    return request.path.startswith(("/subscriptions", "/providers"))


def statement(start):
    """Choose commands and queries that start so, whatever their case."""
    return lambda request: request.statement.lstrip().lower().startswith(start.lower())


def target(part, method=""):
    """Choose requests with this in their path, whatever its case, perhaps of one method only."""
    return lambda request: part.lower() in request.path.lower() and method in {"", request.method}
