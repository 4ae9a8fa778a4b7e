"""`%adxmi map`: ways from identities to targets, as rows, as a tree and as a picture."""

import html
import re
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from adxmi_jupyter.actions.check.access_paths import AccessMap, AccessPath, State
from adxmi_jupyter.embedded import DatabaseRole
from adxmi_jupyter.embedded.state.clusters import PolicyItem
from adxmi_jupyter.errors import DatabaseNotFound, UnknownIdentity
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.policy import Scope
from adxmi_jupyter.rendering.map_layout import MOST_WORKFLOWS, layout
from adxmi_jupyter.rendering.map_picture import drawing

COLUMNS = [
    *("identity", "object_id", "usage", "allowed_by", "workflow", "name", "database"),
    *("target", "state", "missing"),
]
HOSTILE = "<img src=x onerror=alert(1)>"
LAKE = ManagedIdentity("5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6", "mi-lake")


def told(frame):
    names = ["identity", "usage", "allowed_by", "name", "target", "state"]
    return {tuple(row) for row in frame[names].itertuples(index=False)}


@pytest.fixture(scope="module")
def paths():
    """Return ways of as many workflows as are drawn one by one, in three databases."""
    return tuple(
        AccessPath(
            LAKE,
            "ExternalTable",
            Scope(f"D{n % 3}"),
            "external-table",
            f"T{n}",
            f"D{n % 3}",
            reaching=State.NOT_MET if n == 1 else State.MET,
        )
        for n in range(MOST_WORKFLOWS)
    )


def test_each_way_is_a_row_and_what_no_workflow_needs_is_one_too(magic):
    frame = magic("map")

    assert list(frame.columns) == COLUMNS
    assert {str(dtype) for dtype in frame.dtypes} == {"string"}
    assert told(frame) == {
        ("mi-ingest", "DataConnection", "Sales", "sales-orders", "contosohub/orders", "met"),
        ("mi-export", "ExternalTable", "Sales", "ArchivedOrders", "contosolake/archive", "met"),
        ("mi-export", "ExternalTable", "", "OrdersDelta", "contosolake/delta", "not met"),
        ("mi-export", "AutomatedFlows", "cluster", "", "", "no workflow"),
        ("mi-ingest", "NativeIngestion", "Sales", "", "", "no workflow"),
        ("contoso", "All", "Tom's Lab", "", "", "no workflow"),
    }
    assert "✗ ExternalTable (not allowed in Telemetry)" in frame.to_text()


@pytest.mark.nightly
def test_the_map_of_one_identity_or_database_has_its_ways_alone(magic):
    assert set(magic("map --identity mi-ingest")["identity"]) == {"mi-ingest"}
    assert set(magic("map --database Telemetry")["database"]) == {"Telemetry", ""}


@pytest.mark.parametrize(
    ("line", "error"),
    [("map --database Slaes", DatabaseNotFound), ("map --identity mi-none", UnknownIdentity)],
)
def test_what_is_not_there_is_named(magic, line, error):
    with pytest.raises(error):
        magic(line)


@pytest.mark.nightly
def test_what_may_not_be_read_is_told_and_not_left_out(magic, azure, monkeypatch):
    principal = azure.world.add_principal("viewer", token="embedded-viewer")
    azure.world.grant(principal, DatabaseRole.VIEWERS, database="Sales")
    azure.world.grant(principal, DatabaseRole.VIEWERS, database="Telemetry")
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-viewer")
    magic(f"connect {azure.kusto_uri} --name viewer --credential token --database Sales")

    frame = magic("map")

    assert "unknown" in set(frame["state"])
    (delta,) = frame[frame["name"] == "OrdersDelta"].to_dict("records")
    assert delta["allowed_by"] == "unknown"
    assert "ExternalTable (unknown in Telemetry)" in frame.to_text()
    assert "Assigned identities are unknown" in frame.to_text()


@pytest.mark.nightly
def test_a_hostile_name_is_text_in_the_picture_and_beside_it(magic, azure):
    hostile = azure.world.add_identity(HOSTILE)
    item = PolicyItem(
        hostile.object_id, hostile.client_id, hostile.tenant_id, HOSTILE, False, ("All",)
    )
    azure.world.cluster.policy.append(item)

    shown = magic("map")._repr_html_()

    picture = unquote(html.unescape(re.search(r'src="(data:[^"]*)"', shown).group(1)))
    assert HOSTILE not in shown
    assert "<img" not in picture
    assert "<style" not in shown


def test_up_to_sixty_workflows_are_boxes_of_their_own(paths):
    drawn = layout(AccessMap("contoso", paths, (), (), ()))

    assert not drawn.is_folded
    assert len(drawn.of(2)) == MOST_WORKFLOWS


def test_more_workflows_are_folded_and_what_is_broken_stays_a_box_of_its_own(paths):
    more = AccessPath(LAKE, "ExternalTable", Scope("D0"), "external-table", "One", "D0")

    drawn = layout(AccessMap("contoso", (*paths, more), (), (), ()))

    assert [(box.label, box.detail, box.state) for box in drawn.of(1)] == [
        ("ExternalTable", "3 databases", "met")
    ]
    assert {box.label for box in drawn.of(2)} == {"60 external-table", "T1"}
    assert drawing(drawn).count("<rect") == 1 + len(drawn.boxes)


@pytest.mark.parametrize("form", ["svg", "html"])
def test_a_file_has_the_picture_and_loads_nothing(magic, tmp_path, form):
    file = tmp_path / f"map.{form}"

    magic(f"map --out {file}")

    text = file.read_text("utf-8")
    assert "ArchivedOrders" in text
    assert ET.fromstring(text[text.index("<svg") : text.index("</svg>") + 6]) is not None
    assert not re.search(r"<script|<img|@import|url\(|\son\w+=", text)
