"""Every command of the grammar that changes metadata has an entry in the journal, others none."""

import pytest

from adxmi_jupyter.embedded.kusto.parser import command_grammar
from adxmi_jupyter.embedded.seed.storage import ACCOUNT_KEY
from adxmi_jupyter.embedded.state.entities import IngestionMapping, MaterializedView, StoredFunction
from adxmi_jupyter.embedded.state.ids import cluster_id
from adxmi_jupyter.embedded.state.resources import AttachedDatabase
from tests.embedded.ingesting import CONTAINERS, LANDING

POLICY = '\'[{"ObjectId":"system","AllowedUsages":"All"}]\''
CALLOUT = '\'[{"CalloutType":"webapi","CalloutUriRegex":"x","CanCall":true}]\''
UPDATE = '\'[{"Source":"Customers","Query":"Orders"}]\''
HOT = '\'{"IsEnabled":true,"Hot":"1.00:00:00"}\''
READER = "('aaduser=d72b84f9-05ce-4a16-93e7-6a1f5c08b4d5')"
STORAGE = f"(OrderId:long) kind=storage dataformat=csv ('{LANDING};managed_identity=system')"
EXPORTS = f"{CONTAINERS}/exports;{ACCOUNT_KEY}"

# By the name of its rule: the text, the event, the entity and what that is in.
VIEW = "{ Orders | summarize count() by Region }"
WRITES = {
    "alter_policy": (
        f".alter cluster policy managed_identity {POLICY}",
        ("ALTER-CLUSTER-POLICY-MANAGED-IDENTITY", "contoso", ""),
    ),
    "alter_merge_policy": (
        f".alter-merge database policy managed_identity {POLICY}",
        ("ALTER-MERGE-DATABASE-POLICY-MANAGED-IDENTITY", "Sales", "Sales"),
    ),
    "delete_policy": (
        ".delete database sales policy managed_identity",
        ("DELETE-DATABASE-POLICY-MANAGED-IDENTITY", "Sales", "Sales"),
    ),
    "change_roles": (
        f".set database Sales users {READER}",
        ("SET-DATABASE-ROLE", "Sales", "Sales"),
    ),
    "change_context_roles": (
        f".add database users {READER} skip-results 'note'",
        ("ADD-DATABASE-ROLE", "Sales", "Sales"),
    ),
    "empty_roles": (".set database Sales users none", ("SET-DATABASE-ROLE", "Sales", "Sales")),
    "change_follower_roles": (
        f".add follower database Theirs viewers {READER}",
        ("ADD-FOLLOWER-DATABASE-AUTHORIZED-PRINCIPALS", "Theirs", "Theirs"),
    ),
    "drop_follower_roles": (
        f".drop follower database Theirs viewers {READER}",
        ("DROP-FOLLOWER-DATABASE-AUTHORIZED-PRINCIPALS", "Theirs", "Theirs"),
    ),
    "alter_follower_caching": (
        ".alter follower database Theirs policy caching hot = 3d",
        ("ALTER-FOLLOWER-DATABASE-POLICY-CACHING", "Theirs", "Theirs"),
    ),
    "delete_follower_caching": (
        ".delete follower database Theirs policy caching",
        ("DELETE-FOLLOWER-DATABASE-POLICY-CACHING", "Theirs", "Theirs"),
    ),
    "alter_follower_kind": (
        ".alter follower database Theirs principals-modification-kind = none",
        ("ALTER-FOLLOWER-DATABASE-CONFIGURATION", "Theirs", "Theirs"),
    ),
    "alter_follower_prefetch": (
        ".alter follower database Theirs prefetch-extents = true",
        ("ALTER-FOLLOWER-DATABASE-CONFIGURATION", "Theirs", "Theirs"),
    ),
    "create_table": (".create table T (a:long)", ("CREATE-TABLE", "T", "Sales")),
    "create_merge_table": (
        ".create-merge table Orders (Extra:long)",
        ("CREATE-MERGE-TABLE", "Orders", "Sales"),
    ),
    "create_table_like": (
        ".create table T based-on Orders",
        ("CREATE-TABLE", "T", "Sales"),
    ),
    "create_tables": (
        ".create tables T (a:long), U (b:long)",
        ("CREATE-TABLES", "T", "Sales"),
    ),
    "create_merge_tables": (
        ".create-merge tables Orders (Extra:long), U (b:long)",
        ("CREATE-MERGE-TABLES", "Orders", "Sales"),
    ),
    "alter_table": (".alter table Orders (a:long)", ("ALTER-TABLE", "Orders", "Sales")),
    "alter_merge_table": (
        ".alter-merge table Orders (Extra:long)",
        ("ALTER-MERGE-TABLE", "Orders", "Sales"),
    ),
    "describe_table": (".alter table Orders folder 'f'", ("ALTER-TABLE", "Orders", "Sales")),
    "rename_table": (".rename table Orders to Sold", ("RENAME-TABLE", "Orders", "Sales")),
    "rename_tables": (
        ".rename tables Orders=Customers, Customers=Orders",
        ("RENAME-TABLES", "Customers", "Sales"),
    ),
    "drop_tables": (".drop tables (Orders, Customers)", ("DROP-TABLES", "Orders", "Sales")),
    "create_view": (
        f".create materialized-view W on table Orders {VIEW}",
        ("CREATE-MATERIALIZED-VIEW", "W", "Sales"),
    ),
    "create_or_alter_view": (
        f".create-or-alter materialized-view V on table Orders {VIEW}",
        ("CREATE-OR-ALTER-MATERIALIZED-VIEW", "V", "Sales"),
    ),
    "alter_view": (
        f".alter materialized-view V on table Orders {VIEW}",
        ("ALTER-MATERIALIZED-VIEW", "V", "Sales"),
    ),
    "alter_view_text": (
        ".alter materialized-view V folder 'f'",
        ("ALTER-MATERIALIZED-VIEW", "V", "Sales"),
    ),
    "alter_view_lookback": (
        ".alter materialized-view V lookback 1d",
        ("ALTER-MATERIALIZED-VIEW", "V", "Sales"),
    ),
    "alter_view_updates": (
        ".alter materialized-view V autoUpdateSchema true",
        ("ALTER-MATERIALIZED-VIEW", "V", "Sales"),
    ),
    "enable_view": (".enable materialized-view V", ("ENABLE-MATERIALIZED-VIEW", "V", "Sales")),
    "disable_view": (".disable materialized-view V", ("DISABLE-MATERIALIZED-VIEW", "V", "Sales")),
    "rename_view": (
        ".rename materialized-view V to W",
        ("RENAME-MATERIALIZED-VIEW", "V", "Sales"),
    ),
    "drop_view": (".drop materialized-view V", ("DROP-MATERIALIZED-VIEW", "V", "Sales")),
    "drop_table": (".drop table Orders", ("DROP-TABLE", "Orders", "Sales")),
    "create_mapping": (
        ".create table Orders ingestion csv mapping 'n' '[]'",
        ("CREATE-TABLE-INGESTION-MAPPING", "n", "Orders"),
    ),
    "create_or_alter_mapping": (
        ".create-or-alter table Orders ingestion csv mapping 'n' '[]'",
        ("CREATE-OR-ALTER-TABLE-INGESTION-MAPPING", "n", "Orders"),
    ),
    "alter_mapping": (
        ".alter table Orders ingestion csv mapping 'o' '[]'",
        ("ALTER-TABLE-INGESTION-MAPPING", "o", "Orders"),
    ),
    "drop_mapping": (
        ".drop table Orders ingestion csv mapping 'o'",
        ("DROP-TABLE-INGESTION-MAPPING", "o", "Orders"),
    ),
    "alter_stored_policy": (
        ".alter table Orders policy merge '{}'",
        ("ALTER-TABLE-POLICY-MERGE", "Orders", "Sales"),
    ),
    "alter_stored_policies": (
        ".alter tables (Orders, Customers) policy merge '{}'",
        ("ALTER-TABLE-POLICY-MERGE", "Orders", "Sales"),
    ),
    "alter_merge_stored_policy": (
        ".alter-merge database Sales policy merge '{}'",
        ("ALTER-MERGE-DATABASE-POLICY-MERGE", "Sales", "Sales"),
    ),
    "alter_merge_retention_policy": (
        ".alter-merge table Orders policy retention softdelete = 1d",
        ("ALTER-MERGE-TABLE-POLICY-RETENTION", "Orders", "Sales"),
    ),
    "switch_stored_policy": (
        ".alter table Orders policy streamingingestion enable",
        ("ALTER-TABLE-POLICY-STREAMINGINGESTION", "Orders", "Sales"),
    ),
    "alter_caching_policy": (
        ".alter table Orders policy caching hot = 1d",
        ("ALTER-TABLE-POLICY-CACHING", "Orders", "Sales"),
    ),
    "alter_caching_policies": (
        ".alter tables (Orders) policy caching hot = 1d",
        ("ALTER-TABLE-POLICY-CACHING", "Orders", "Sales"),
    ),
    "alter_ingestion_time_policy": (
        ".alter table Orders policy ingestiontime true",
        ("ALTER-TABLE-POLICY-INGESTIONTIME", "Orders", "Sales"),
    ),
    "alter_ingestion_time_policies": (
        ".alter tables (Orders) policy ingestiontime true",
        ("ALTER-TABLE-POLICY-INGESTIONTIME", "Orders", "Sales"),
    ),
    "delete_stored_policy": (
        ".delete table Orders policy extent_tags_retention",
        ("DELETE-TABLE-POLICY-EXTENT-TAGS-RETENTION", "Orders", "Sales"),
    ),
    "create_external_table": (
        f".create external table X {STORAGE}",
        ("CREATE-EXTERNAL-TABLE", "X", "Sales"),
    ),
    "alter_external_table": (
        f".alter external table ArchivedOrders {STORAGE}",
        ("ALTER-EXTERNAL-TABLE", "ArchivedOrders", "Sales"),
    ),
    "create_or_alter_external_table": (
        f".create-or-alter external table X {STORAGE}",
        ("CREATE-OR-ALTER-EXTERNAL-TABLE", "X", "Sales"),
    ),
    "drop_external_table": (
        ".drop external table ArchivedOrders",
        ("DROP-EXTERNAL-TABLE", "ArchivedOrders", "Sales"),
    ),
    "create_external_mapping": (
        ".create external table ArchivedOrders mapping 'n' '[]'",
        ("CREATE-EXTERNAL-TABLE-MAPPING", "n", "ArchivedOrders"),
    ),
    "alter_external_mapping": (
        ".alter external table ArchivedOrders mapping 'm' '[]'",
        ("ALTER-EXTERNAL-TABLE-MAPPING", "m", "ArchivedOrders"),
    ),
    "drop_external_mapping": (
        ".drop external table ArchivedOrders mapping 'm'",
        ("DROP-EXTERNAL-TABLE-MAPPING", "m", "ArchivedOrders"),
    ),
    "create_or_alter_continuous_export": (
        ".create-or-alter continuous-export N to table ArchivedOrders <| Orders",
        ("CREATE-OR-ALTER-CONTINUOUS-EXPORT", "N", "Sales"),
    ),
    "enable_continuous_export": (
        ".enable continuous-export Nightly",
        ("ENABLE-CONTINUOUS-EXPORT", "Nightly", "Sales"),
    ),
    "disable_continuous_export": (
        ".disable continuous-export Nightly",
        ("DISABLE-CONTINUOUS-EXPORT", "Nightly", "Sales"),
    ),
    "drop_continuous_export": (
        ".drop continuous-export Nightly",
        ("DROP-CONTINUOUS-EXPORT", "Nightly", "Sales"),
    ),
    "create_function": (".create function G() { Orders }", ("CREATE-FUNCTION", "G", "Sales")),
    "alter_function": (".alter function F() { Orders }", ("ALTER-FUNCTION", "F", "Sales")),
    "create_or_alter_function": (
        ".create-or-alter function with (folder='x') F() { Orders | take 1 }",
        ("CREATE-OR-ALTER-FUNCTION", "F", "Sales"),
    ),
    "drop_function": (".drop function F", ("DROP-FUNCTION", "F", "Sales")),
    "alter_callout_policy": (
        f".alter cluster policy callout {CALLOUT}",
        ("ALTER-CLUSTER-POLICY-CALLOUT", "contoso", ""),
    ),
    "alter_merge_callout_policy": (
        f".alter-merge cluster policy callout {CALLOUT}",
        ("ALTER-MERGE-CLUSTER-POLICY-CALLOUT", "contoso", ""),
    ),
    "delete_callout_policy": (
        ".delete cluster policy callout",
        ("DELETE-CLUSTER-POLICY-CALLOUT", "contoso", ""),
    ),
    "alter_update_policy": (
        ".alter table Telemetry.Events policy update '[]'",
        ("ALTER-TABLE-POLICY-UPDATE", "Events", "Telemetry"),
    ),
    "alter_merge_update_policy": (
        ".alter-merge table Orders policy update '[]'",
        ("ALTER-MERGE-TABLE-POLICY-UPDATE", "Orders", "Sales"),
    ),
    "delete_update_policy": (
        ".delete table Orders policy update",
        ("DELETE-TABLE-POLICY-UPDATE", "Orders", "Sales"),
    ),
    "alter_acceleration_policy": (
        f".alter external table OrdersDelta policy query_acceleration {HOT}",
        ("ALTER-EXTERNAL-TABLE-POLICY-QUERY-ACCELERATION", "OrdersDelta", "Sales"),
    ),
    "alter_merge_acceleration_policy": (
        f".alter-merge external table OrdersDelta policy query_acceleration {HOT}",
        ("ALTER-MERGE-EXTERNAL-TABLE-POLICY-QUERY-ACCELERATION", "OrdersDelta", "Sales"),
    ),
    "delete_acceleration_policy": (
        ".delete external table OrdersDelta policy query_acceleration",
        ("DELETE-EXTERNAL-TABLE-POLICY-QUERY-ACCELERATION", "OrdersDelta", "Sales"),
    ),
    "enable_plugin": (
        ".enable plugin mysql_request",
        ("ENABLE-PLUGIN", "mysql_request", "contoso"),
    ),
    "disable_plugin": (".disable plugin sql_request", ("DISABLE-PLUGIN", "sql_request", "contoso")),
}
OTHERS = {
    "execute_cluster_script": ".execute cluster script <| .show plugins",
    "execute_database_script": ".execute database script <| .show tables",
    "export_to_table": ".export to table ArchivedOrders <| Orders",
    "export_to_storage": f".export to csv (h'{EXPORTS}') <| Orders",
    "clear_table": ".clear table Orders data",
    "clear_artifacts": f".clear cluster cache external-artifacts ('{EXPORTS}')",
    "cancel_query": ".cancel query 'nobody;1'",
    "ingest_from_query": ".append Customers <| Customers",
    "ingest_inline": ".ingest inline into table Customers <|\n4,Contoso,true",
    "ingest_into": f".ingest into table Orders (h'{LANDING}/orders.csv;{ACCOUNT_KEY}')",
}
# They are for the ingestion endpoint.
ELSEWHERE = {
    "cancel_queued_operation",
    "get_identity_token",
    "get_ingestion_resources",
    "ingest_queued",
    "list_blobs",
}


@pytest.fixture
def furnished(azure):
    """Sales with a continuous export, a function, a view and a delta table; a followed database."""
    azure.world.add_continuous_export(
        "Nightly", database="Sales", external_table="ArchivedOrders", query="Orders"
    )
    databases = azure.world.cluster.databases
    sales, delta = databases["Sales"], databases["Telemetry"].external_tables["OrdersDelta"]
    sales.tables["Orders"].mappings = [IngestionMapping("o", "csv", "[]", "2026-01-05T08:00:00Z")]
    sales.functions["F"] = StoredFunction("F", "()", "{ Orders }")
    sales.materialized_views["V"] = MaterializedView("V", "Orders", VIEW[2:-2])
    sales.external_tables[delta.name] = delta
    leader = azure.world.add_cluster("contosowest", subscription="Contoso", state="Running")
    azure.world.at(leader).add_database("Theirs")
    azure.world.cluster.attached.append(AttachedDatabase("theirs", cluster_id(leader), "Theirs"))


def rule_of(text):
    """Return the name of the grammar's rule for a command."""
    return command_grammar().parse(text, start="start").children[0].data


def test_commands_below_are_all_that_the_grammar_has():
    rules = command_grammar().rules
    known = {r.alias for r in rules if r.origin.name.endswith("_command") and r.alias}

    changing = {rule for rule in known if not rule.startswith("show_")}

    assert changing == {*WRITES, *OTHERS, *ELSEWHERE} - {"list_blobs"}
    assert {rule_of(text) for text, _ in WRITES.values()} == set(WRITES)


@pytest.mark.parametrize("rule", WRITES)
def test_change_of_metadata_has_an_entry(azure, run, furnished, rule):
    text, (event, entity, container) = WRITES[rule]
    run(".create external table ArchivedOrders mapping 'm' '[]'", database="Sales")

    run(f"{text};", database="Sales")

    _, last = run(".show journal")
    told = (last["Event"], last["EntityName"], last["EntityContainerName"])
    assert told == (event, entity, container)
    assert last["ChangeCommand"].removesuffix(";") == text


@pytest.mark.parametrize("rule", OTHERS)
def test_what_changes_no_metadata_has_none(run, rule):
    run(OTHERS[rule], database="Sales")

    assert run(".show journal") == []


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("h'SECRET'", "h'*******'"),
        ('H"SECRET"', 'H"*******"'),
        ("h@'SEC''RET'", "h@'*******'"),
        ('h@"SEC""RET"', 'h@"*******"'),
        ("h'SEC\\'RET'", "h'*******'"),
        ("h```SEC\nRET```", "h```*******```"),
        ("H@~~~SECRET~~~", "H@~~~*******~~~"),
        ("'a'h'SECRET'", "'a'h'*******'"),
        ("'it''s h' h'SECRET'", "'it''s h' h'*******'"),
        ("\" h' \" h'SECRET'", "\" h' \" h'*******'"),
        ("'\\' h' h\"SECRET\"", "'\\' h' h\"*******\""),
        ("```h'``` h'SECRET'", "```h'``` h'*******'"),
        ("'//' h'SECRET'", "'//' h'*******'"),
        ("'shown' // don't\n h'SECRET'", "'shown' // don't\n h'*******'"),
        ("'h'", "'h'"),
    ],
)
def test_hidden_literals_are_asterisks(run, written, shown):
    run(f".create table T (a:long) with (docstring={written})", database="Sales")

    (row,) = run(".show journal")

    assert row["ChangeCommand"] == f".create table T (a:long) with (docstring={shown})"


def test_hidden_literals_in_a_query_are_asterisks(run):
    query = f"externaldata(OrderId:long) [h'{LANDING}/orders.csv;{ACCOUNT_KEY}']"

    run(f".create function G() {{ {query} }}", database="Sales")

    (row,) = run(".show journal")
    assert (
        row["ChangeCommand"] == ".create function G() { externaldata(OrderId:long) [h'*******'] }"
    )
