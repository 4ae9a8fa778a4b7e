"""The python plugin: its chain, what scripts get and give, and for whom they run."""

from datetime import UTC, datetime, timedelta

import pytest

from adxmi_jupyter.embedded.azure_roles import BLOB_READER
from adxmi_jupyter.embedded.kusto.query.evaluate import python
from adxmi_jupyter.embedded.state.callouts import CalloutRule
from tests.embedded.links import allow, give

ARTIFACT = "https://contosolake.blob.core.windows.net/artifacts/order_tax.zip"
WITH_TAX = f"""
Orders
| where OrderId < 3
| project Amount
| evaluate hint.distribution=single python(
    typeof(*, Total:real),
    ```
from sandbox_utils import Zipackage
Zipackage.install("order_tax.zip")
from order_tax import with_tax
result = df
result["Total"] = df["Amount"].map(with_tax)
```,
    external_artifacts=bag_pack("order_tax.zip", "{ARTIFACT};managed_identity=system"))
"""


@pytest.fixture
def ask(run, script_token):
    """Run a query in Sales."""
    return lambda text: run(text, database="Sales", token=script_token)


@pytest.fixture
def refused(refusal, script_token):
    """Run a query in Sales that must be refused and return the service's error."""
    return lambda text: refusal(text, database="Sales", token=script_token)


@pytest.fixture
def script(ask):
    """Run a script over two rows and return its rows."""

    def run_script(code, columns="*", *more):
        table = "datatable(n:long, t:string) [1, 'a', 2, 'b']"
        arguments = ", ".join([f"typeof({columns})", f"```{code}```", *more])
        return ask(f"{table} | evaluate python({arguments})")

    return run_script


@pytest.fixture
def failure(refused):
    """Run a script that must fail and return the service's error."""

    def run_script(code, columns="*"):
        text = f"datatable(n:long) [1] | evaluate python(typeof({columns}), ```{code}```)"
        return refused(text)

    return run_script


@pytest.mark.nightly
def test_each_missing_link_is_said_until_the_artifact_is_used(azure, ask, refused):
    world = azure.world
    cluster, system = world.cluster, world.cluster.system_identity
    switched_on = cluster.settings["languageExtensions"]

    cluster.settings["languageExtensions"] = {"value": []}
    switched_off = refused(WITH_TAX)
    cluster.settings["languageExtensions"] = switched_on
    allow(cluster.databases["Sales"], system, "SandboxArtifacts")
    unused = refused(WITH_TAX)
    allow(cluster, system, "SandboxArtifacts")
    uncalled = refused(WITH_TAX)
    cluster.callout_policy = [CalloutRule("sandbox_artifacts", r"contosolake\.blob\.core")]
    without_role = refused(WITH_TAX)
    give(world, system.object_id, BLOB_READER, world.storage_accounts["contosolake"].resource_id)
    rows = ask(WITH_TAX)

    assert switched_off.code == "General_BadRequest"
    assert unused.type.endswith(".ManagedIdentityNotAllowedByPolicyException")
    assert (uncalled.code, without_role.code) == ("Forbidden", "Download_Forbidden")
    assert rows == [{"Amount": 120.5, "Total": 150.62}, {"Amount": 80.0, "Total": 100.0}]


def test_resource_manager_switches_the_plugin(kusto, refused):
    body = {"properties": {"languageExtensions": {"value": []}}}
    text = "Orders | evaluate python(typeof(n:long), 'result = df')"

    kusto.clusters.begin_update("analytics", "contoso", body).result()

    assert refused(text).code == "General_BadRequest"


@pytest.mark.nightly
def test_script_gets_the_table_and_gives_one(script):
    rows = script("result = df[df.n > 1].assign(more=df.t + '!')", "*, more:string")

    assert rows == [{"n": 2, "t": "b", "more": "b!"}]


@pytest.mark.nightly
def test_script_gets_parameters(script):
    code = "result = df\nresult['n'] = df.n * kargs['factor']"

    assert [row["n"] for row in script(code, "*", "bag_pack('factor', 10)")] == [10, 20]


@pytest.mark.nightly
def test_named_parameters_in_any_order(ask):
    text = "datatable(n:long) [1] | evaluate python(script='result = df', output_schema=typeof(n:long))"

    assert ask(text) == [{"n": 1}]


@pytest.mark.nightly
def test_every_type_goes_through_a_script(ask):
    table = (
        "datatable(a:timespan, b:datetime, c:dynamic, d:guid, e:decimal, f:bool, g:int, h:real)"
        " [-1.5h, datetime(2026-01-05 08:30), dynamic({'x': [1]}),"
        " guid(5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6), decimal(1.5), true, 5, 2.5,"
        " time(null), datetime(null), dynamic(null), guid(null),"
        " decimal(null), bool(null), int(null), real(null)]"
    )

    before = ask(table)
    after = ask(f"{table} | evaluate python(typeof(*), 'result = df')")

    assert after == before


@pytest.mark.nightly
def test_pandas_has_times_as_times(ask):
    code = "result = df.assign(year=df.t.dt.year, hours=df.l.dt.total_seconds() / 3600)"
    table = "print t = datetime(2026-01-05), l = time(-2.12:00:00)"

    rows = ask(f"{table} | evaluate python(typeof(year:long, hours:real), '{code}')")

    assert rows == [{"year": 2026, "hours": -60.0}]


@pytest.mark.nightly
def test_values_of_pandas_and_numpy_come_back(ask):
    code = (
        "import pandas as pd, numpy as np; result = pd.DataFrame({'a': [np.int64(1), None],"
        " 'b': [pd.Timestamp('2026-01-05', tz='UTC'), pd.NaT], 'c': [np.array([1, 2]), None],"
        " 'd': [pd.Timedelta('1d'), pd.NaT], 'e': [float('inf'), float('nan')]})"
    )

    text = f'evaluate python(typeof(a:long, b:datetime, c:dynamic, d:timespan, e:real), "{code}")'
    rows = ask(text)

    assert rows == [
        {
            "a": 1,
            "b": datetime(2026, 1, 5, tzinfo=UTC),
            "c": [1, 2],
            "d": timedelta(days=1),
            "e": "Infinity",
        },
        dict.fromkeys("abcde"),
    ]


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("1/0", "ZeroDivisionError: division by zero"),
        ("result =", "SyntaxError"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("pass", "result is no pandas DataFrame"),
        ("import os; os._exit(0)", "without a result"),
    ],
)
def test_script_that_fails_is_refused_with_its_last_line(failure, code, told):
    error = failure(code)

    assert error.code == "General_BadRequest"
    assert told in error.description


@pytest.mark.nightly
def test_result_without_a_column_is_refused(failure):
    assert "Missing" in failure("result = df", "*, Missing:long").description


@pytest.mark.nightly
def test_script_that_never_ends_is_stopped(monkeypatch, failure):
    monkeypatch.setattr(python, "_SECONDS", 0.2)

    assert "did not end within" in failure("while True: pass").description


@pytest.mark.nightly
def test_script_has_no_secrets_of_the_environment(monkeypatch, script):
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "not for scripts")
    monkeypatch.setenv("PYTHONPATH", "/not/for/scripts")

    code = "import os; result = df.assign(t=str(sorted(os.environ)))"

    assert "AZURE" not in script(code)[0]["t"]
    assert "PYTHONPATH" not in script(code)[0]["t"]


@pytest.mark.nightly
def test_each_script_has_an_empty_folder_of_its_own(script):
    code = "import os; open('left.txt', 'w').close(); result = df.assign(n=len(os.listdir('.')))"

    assert [row["n"] for row in [*script(code), *script(code)]] == [1, 1, 1, 1]


@pytest.mark.parametrize("name", ["../x", "a/b", "..", "", "C:x"])
def test_artifact_with_a_path_for_its_name_is_refused(refused, name):
    artifacts = f"external_artifacts=bag_pack('{name}', '{ARTIFACT};managed_identity=system')"

    error = refused(f"Orders | evaluate python(typeof(*), 'result = df', {artifacts})")

    assert error.code == "General_BadRequest"


@pytest.mark.parametrize(
    "arguments",
    ["'x', 'y'", "typeof(*)", "typeof(*), 1", "typeof(*), 'x', 1", "typeof(*), 'x', y=1"],
)
def test_calls_that_are_refused(refused, arguments):
    error = refused(f"Orders | evaluate python({arguments})")

    assert error.code == "General_BadRequest"
