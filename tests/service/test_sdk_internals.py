"""What the package uses of others that they promise nobody, and what it relies on there.

`INTERNALS` is the whole list: a scan of the source finds no other private member. Each package in
it has an upper bound in ``pyproject.toml``, and each member a test that fails when it vanishes or
means something else. Tests that are named here and stand elsewhere do the same for names that are
public but lie outside of what their package documents.
"""

import ast
import importlib
import inspect
import re
import sys

import pytest
from azure.core.credentials import AccessToken
from azure.identity import ChainedTokenCredential, CredentialUnavailableError
from azure.kusto.data import KustoConnectionStringBuilder
from requests.adapters import HTTPAdapter

from adxmi_jupyter.errors import PartialFailure
from adxmi_jupyter.service.credentials import Shared
from adxmi_jupyter.service.kusto import make_client
from adxmi_jupyter.service.limits import Limits
from tests.faults.catalogue import edited
from tests.nightly.supply import ROOT, declared
from tests.service.replay import replay

INTERNALS = {
    ("azure-kusto-data", "_session"): "every request of the client is sent by it",
    ("azure-kusto-data", "_kusto_parse_by_endpoint"): "every answer is parsed by it",
    ("azure-kusto-data", "_handle_http_error"): "every answer that is no JSON is given to it",
    ("azure-identity", "_successful_credential"): "which of a chain's credentials gave the token",
}

# Public by name, but not by documentation.
UNDOCUMENTED = {
    "azure-kusto-ingest": "IngestionBlobInfo; test_ingestion.py queues with it",
    "ipython": "magics_manager.magics and .registry; test_loading.py unloads with them",
    "requests": "HTTPAdapter.build_response and .poolmanager; test_bounds.py goes through them",
    "urllib3": "ConnectionCls, response_class, pool_classes_by_scheme; test_bounds.py likewise",
}

PACKAGE = ROOT / "adxmi_jupyter"
PRIVATE = re.compile(r"\b_[a-z]\w*")
OF_SELF = re.compile(r"(?<=self\.)_[a-z]\w*|(?<=cls\.)_[a-z]\w*|(?<=def )_[a-z]\w*")

DEFINED = re.compile(r"(?:def|class) (_[a-z]\w*)")
STORED = re.compile(r"\b(_[a-z]\w*)(?=(?:: [^=\n]+)? = )")

# Underscores that do not mean private.
DOCUMENTED = {"_exit"}  # of os

ASKING = re.compile(r"(?<!self)(?<!cls)\._[a-z]|(get|has|set)attr\(")
DERIVING = re.compile(r"^ *class \w+\([A-Z]", re.MULTILINE)


def sources():
    return [path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))]


def own_names(text):
    """Return the private names that a file defines, or stores something in."""
    return {*DEFINED.findall(text), *STORED.findall(text)}


def names_asked_for(text):
    """Yield the names of attributes, those that are asked for by text among them."""
    for node in ast.walk(ast.parse(text)) if ASKING.search(text) else ():
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            texts = [str(one.value) for one in node.args if isinstance(one, ast.Constant)]
            yield from texts if node.func.id in {"getattr", "hasattr", "setattr"} else []


def names_shared_with_bases(text):
    """Yield the private names in a class that the source of a foreign base has as well."""
    nodes = list(ast.walk(ast.parse(text))) if DERIVING.search(text) else []
    origins = {
        alias.asname or alias.name: (node.module, alias.name)
        for node in nodes
        if isinstance(node, ast.ImportFrom) and is_foreign(node.module or "")
        for alias in node.names
    }
    for node in nodes:
        bases = [base_name(one) for one in getattr(node, "bases", ())]
        for module, name in [origins[one] for one in bases if one in origins]:
            base = getattr(importlib.import_module(module), name)
            names = set(PRIVATE.findall(ast.unparse(node)))
            yield from names & set(OF_SELF.findall(inspect.getsource(base)))


def is_foreign(module):
    return module.partition(".")[0] not in {"", PACKAGE.name, *sys.stdlib_module_names}


def base_name(base):
    base = base.value if isinstance(base, ast.Subscript) else base
    return base.id if isinstance(base, ast.Name) else ""


def test_no_other_private_member_is_used():
    texts = sources()

    asked_for = {name for text in texts for name in names_asked_for(text)}
    own = {name for text in texts for name in own_names(text)}
    foreign = {one for one in asked_for - own if PRIVATE.fullmatch(one)}
    shared = {name for text in texts for name in names_shared_with_bases(text)}

    assert foreign | shared == {name for _, name in INTERNALS} | DOCUMENTED


def test_each_package_whose_internals_are_used_has_an_upper_bound():
    requirements = [one for group in declared().values() for one in group]
    bounded = {one.name for one in requirements if "<" in {s.operator for s in one.specifier}}

    assert {package for package, _ in INTERNALS} | set(UNDOCUMENTED) <= bounded


class Watching(HTTPAdapter):
    """Notes the requests of a session on their way to the session's own adapter."""

    def __init__(self, adapter):
        super().__init__()
        self.sent = []
        self._adapter = adapter

    def send(self, request, **options):
        self.sent.append(request)
        return self._adapter.send(request, **options)


def test_every_request_of_the_client_goes_through_the_session_it_is_given(azure):
    def authenticate(uri):
        return KustoConnectionStringBuilder.with_azure_token_credential(uri, Shared(Available()))

    client = make_client(azure.kusto_uri, loopback=True, authenticate=authenticate, limits=Limits())
    watching = Watching(client._session.get_adapter(azure.kusto_uri))
    client._session.mount("http://", watching)

    with client:
        client.execute_mgmt("Sales", ".show databases")
        client.execute_query("Sales", "Orders | take 1")

    assert [request.path_url for request in watching.sent] == [
        "/v1/rest/auth/metadata",
        "/v1/rest/mgmt",
        "/v2/rest/query",
    ]


def test_every_answer_is_parsed_where_its_own_errors_are_noticed(proxied, proxy):
    def append_error(body):
        return body | {"Exceptions": ["it broke"]} if "Tables" in body else body

    proxy.strike(edited("an error at the end", append_error))

    with pytest.raises(PartialFailure, match="it broke"):
        proxied.kusto.command(".show databases")


def test_every_answer_that_is_no_json_is_seen_where_its_rows_are_kept(ask):
    begun = b'[{"FrameType": "DataSetHeader"}, {"FrameType": "DataTa'

    with replay(begun) as uri, pytest.raises(PartialFailure, match="before its last frame"):
        ask(uri, "T")


def test_a_chain_says_which_of_its_credentials_gave_the_token():
    credential = Shared(ChainedTokenCredential(Unavailable(), Available()))

    credential.get_token("https://example.org/.default")

    assert credential.used == "Available"


class Unavailable:
    def get_token(self, *_scopes, **_options):
        raise CredentialUnavailableError("not here")


class Available:
    def get_token(self, *_scopes, **_options):
        return AccessToken("embedded-admin", 4102444800)
