"""Unusual definitions: all but what authenticates stays, and no secret is shown or noted."""

import pytest

from adxmi_jupyter.actions.identity.names import resolved
from adxmi_jupyter.actions.migrate.applying import Applying, apply
from adxmi_jupyter.actions.migrate.migrating import Result
from adxmi_jupyter.actions.migrate.planning import chosen, plan
from adxmi_jupyter.actions.plan.undoing import IMPOSSIBLE, UNDONE, undo
from adxmi_jupyter.dialect import Dialect
from adxmi_jupyter.embedded.seed.storage import ACCOUNT_KEY, READ_SIGNATURE
from adxmi_jupyter.errors import MigrationBlocked
from adxmi_jupyter.rendering.migrate_frames import plan_frame
from adxmi_jupyter.rendering.migrate_text import applied_text, migrations_text
from tests import secrets_world as world

pytestmark = pytest.mark.nightly

HOW = Applying(confirmed=True, without_restore=True)
BY_KEY = f"h@'{world.LAKE}/archive;{ACCOUNT_KEY}'"
BLOB = f"{world.LAKE}/archive/2024/orders.csv"
CSV = f"{world.ORDERS} kind=storage dataformat=csv"
COLUMNS = "OrderId:long, Region:string"
SQL = "(Sku:string, Quantity:long, Price:real) kind=sql"
TABLES = {
    "Parts": f"""{world.ORDERS} kind=storage
        partition by (R:string = Region, D:datetime = startofday(Placed), H:long = hash(OrderId, 7))
        pathformat = ("r=" R "/d=" datetime_pattern("yyyy/MM/dd", D) "/" H) dataformat=csv ({BY_KEY})
        with (docString='kind (x)', compressed=true, compressionType='gzip', includeHeaders='All',
        namePrefix='p', fileExtension='.csv', encoding='UTF8BOM')""",
    "Adjacent": f"{CSV} ('{world.LAKE}/archive;' h'{ACCOUNT_KEY}')",
    "InLines": f"{CSV} (```{world.LAKE}/archive;{ACCOUNT_KEY}```)",
    "Tom's": f"{CSV} ({BY_KEY}) with (docString='it''s', folder='a\\'b')",
    'say "hi"': f"{CSV} ({BY_KEY})",
    "Lines": f"{CSV} ({BY_KEY}) "
    "with (docString='1\\n2\\t\"q\" \\'s\\' \\\\ ;managed_identity=', folder='x\\ny')",
    "Signed": f"{CSV} (h@'{world.LAKE}/archive/2024?{READ_SIGNATURE}') with (docString='a&b;c')",
    "Abfss": f"{CSV} (h@'abfss://archive@contosolake.dfs.core.windows.net/;sharedkey={ACCOUNT_KEY}')",
    "OneByKey": f"{CSV} (h@'{world.LAKE}/archive/2024;managed_identity={{mi-export}}', {BY_KEY})",
    "Login": f"{SQL} table=['dbo.Stock'] (h@'{world.SQL}Password={world.PASSWORD};') with (folder="
    "'erp/sub', createifnotexists=true, primarykey=Sku, firetriggers=true)",
    "Quoted": f"{SQL} table=Stock (h@'Server=tcp:contososql.database.windows.net,1433;Initial "
    f'Catalog=Erp;User ID={world.USER};Password="{world.PASSWORD}";Encrypt=true\')',
    "Cosmos": f"(id:string) kind=sql (h@'{world.COSMOS}AccountKey={world.COSMOS_KEY}') "
    "with (sqlDialect='CosmosDbSQL', docString='c')",
    "Delta": f"kind=delta (h@'{world.LAKE}/delta/orders?{READ_SIGNATURE}') "
    "with (folder='d', AutoUpdateSchema=true)",
}
FUNCTIONS = {
    "Comment": f"with (folder='a\\'b\\nc', docstring='x \"y\"') Comment() {{ // was {ACCOUNT_KEY}\n"
    f" externaldata({COLUMNS}) [h@'{world.FILE}'] | where OrderId > 1 // AccountKey=hidden-one\n }}",
    "Two": f"Two() {{ union (externaldata({COLUMNS}) [h@'{world.FILE}']), (externaldata({COLUMNS}) "
    f"['{BLOB};{ACCOUNT_KEY}'] with (format='csv')) }}",
    "Default": f"Default(u:string='{world.FILE}') {{ externaldata({COLUMNS}) [u] }}",
    "Elsewhere": f"Elsewhere() {{ print x='text {ACCOUNT_KEY}', "
    f"y=toscalar(externaldata({COLUMNS}) [h@'{world.FILE}'] | count) }}",
    "Inferred": "Inferred() { evaluate infer_storage_schema(dynamic({'StorageContainers':"
    f"[h'{world.LAKE}/archive;{ACCOUNT_KEY}'],'DataFormat':'csv'}})) }}",
}
SECRETS = (*world.SECRETS, "hidden-one")


@pytest.fixture(scope="module")
def lake(kept_connection):
    return kept_connection


@pytest.fixture
def sales(lake):
    lake.azure.reset()
    lake.forget()
    lake.history_file.unlink(missing_ok=True)
    world.let_admin_write(lake.azure)
    return lake.azure.world.cluster.databases["Sales"]


@pytest.fixture
def exporter(lake, sales):
    return resolved(lake, ("mi-export",))[0].identity


def migrated(connection, identity, *names):
    """Migrate objects; return the outcomes, and all that was told of them."""
    migrations = chosen(
        plan(connection, ["Sales"], identity, everything=True), names, "", every=False
    )
    write, said = Dialect().fix, []
    told = migrations_text(migrations, write=write) + plan_frame(migrations, write=write).to_csv()
    done = apply(connection, lambda: migrations, HOW, said.append)
    failures = [vars(one.failure) for one in done.outcomes if one.failure is not None]
    history = connection.history_file.read_text(encoding="utf-8")
    told += f"{applied_text(done, write=write)}{said}{failures}{done}{history}"
    return done, told


@pytest.mark.parametrize("name", TABLES)
def test_of_a_table_only_the_secret_changes(lake, sales, exporter, name):
    definition = TABLES[name].replace("{mi-export}", exporter.object_id)
    quoted = name.replace("'", "\\'")
    lake.kusto.command(f".create external table ['{quoted}'] {definition}", database="Sales")
    query = f"external_table({name!r})"
    before, kept = world.rows(lake, query), vars(sales.external_tables[name])

    done, told = migrated(lake, exporter, name)

    assert [str(one.failure) for one in done.outcomes] == ["None"]
    assert world.rows(lake, query) == before
    now = vars(sales.external_tables[name])
    assert now | {"connection_strings": ()} == kept | {"connection_strings": ()}
    assert not [one for one in SECRETS if one in told + world.shown(lake)]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_of_a_function_only_the_secret_changes(lake, sales, exporter, name):
    lake.kusto.command(f".create-or-alter function {FUNCTIONS[name]}", database="Sales")
    before, kept = world.rows(lake, f"{name}()"), sales.functions[name]

    done, told = migrated(lake, exporter, name)

    assert [str(one.failure) for one in done.outcomes] == ["None"]
    assert world.rows(lake, f"{name}()") == before
    now = sales.functions[name]
    assert (now.folder, now.doc_string) == (kept.folder, kept.doc_string)
    assert not [one for one in SECRETS if one in told]
    is_left = any(one in world.shown(lake) for one in SECRETS)
    assert is_left is ("what looks like a secret stays" in told)


@pytest.mark.parametrize(
    "body",
    [
        f"let k = h'{READ_SIGNATURE}'; externaldata({COLUMNS}) [strcat('{BLOB}?', k)]",
        f"externaldata({COLUMNS}) [strcat('{BLOB}', '?{READ_SIGNATURE}')]",
    ],
)
def test_a_connection_string_that_is_put_together_is_told_and_never_sent(
    lake, sales, exporter, body
):
    lake.kusto.command(f".create function Built() {{ {body} }}", database="Sales")
    before = vars(sales.functions["Built"]).copy()

    with pytest.raises(MigrationBlocked, match="from several texts"):
        migrated(lake, exporter, "Built")

    assert vars(sales.functions["Built"]) == before


def test_an_export_whose_query_is_masked_is_never_sent_again(lake, sales, exporter):
    world.add_table(lake, "Out")
    lake.kusto.command(
        ".create-or-alter continuous-export Nightly to table Out "
        "<| Orders | where Region != h'hidden-one'",
        database="Sales",
    )

    with pytest.raises(MigrationBlocked, match="asterisks in place of a text"):
        migrated(lake, exporter, "Nightly")

    assert "hidden-one" in sales.continuous_exports["Nightly"].query


def test_undo_restores_what_it_can_and_keeps_what_the_rest_needs(lake, sales, exporter):
    world.add_table(lake, "Out")
    world.add_export(lake)
    done, _ = migrated(lake, exporter, "Out", "Nightly")
    roles = [str(one) for one in sales.roles]

    results = {(one.entry.kind, one.result) for one in undo(lake, None, 1, confirmed=True)}

    assert [one.result for one in done.outcomes] == [Result.MIGRATED] * 2
    assert done.can_be_undone
    assert results == {("migration", UNDONE), ("migration", IMPOSSIBLE), ("role", IMPOSSIBLE)}
    assert sales.continuous_exports["Nightly"].managed_identity == ""
    assert [str(one) for one in sales.roles] == roles


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("EventHub", {"compression": "GZip", "eventSystemProperties": ["x-opt-enqueued-time"]}),
        ("EventGrid", {"ignoreFirstRecord": True, "dataFormat": "JSON"}),
        ("EventGrid", {"blobStorageEventType": "Microsoft.Storage.BlobRenamed"}),
    ],
)
def test_of_a_data_connection_only_the_identity_changes(lake, sales, kind, more):
    world.add_connection(lake.azure, kind, "by-key")
    properties = sales.data_connections[-1].properties
    properties.update(more)
    before = {name: value for name, value in properties.items() if value}
    done, _ = migrated(lake, resolved(lake, ("mi-ingest",))[0].identity, "by-key")
    identity = sales.data_connections[-1].properties["managedIdentityResourceId"]

    undo(lake, None, done.number, confirmed=True)

    assert [str(one.failure) for one in done.outcomes] == ["None"]
    assert identity.endswith("/mi-ingest")
    now = sales.data_connections[-1].properties
    assert {name: value for name, value in now.items() if value} == before
