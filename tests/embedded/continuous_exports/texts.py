"""Texts of commands about one continuous export, `Nightly`."""

TOKEN = "embedded-tester"
EXPORT_ID = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
INGEST_ID = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
LAKE = "https://contosolake.blob.core.windows.net"
COLUMNS = "OrderId:long, Region:string, Amount:real, Placed:datetime"
SHOW = ".show continuous-export Nightly"


def create(query="Orders", *, over="over (Orders)", table="Lake", more=""):
    return (
        f".create-or-alter continuous-export Nightly {over} to table {table} "
        f"with (managedIdentity='{EXPORT_ID}', intervalBetweenRuns=2h{more}) <| {query}"
    )
