"""For whom scripts of the python plugin run: the key, wherever the script comes from."""

import pytest

from adxmi_jupyter.embedded.state.entities import ContinuousExport

SCRIPT = "print n=1 | evaluate python(typeof(n:long), 'result = df')"
MADE = f".create-or-alter function Planted() {{ {SCRIPT} }}"


@pytest.mark.parametrize("token", ["embedded-admin", "embedded-reader", "embedded-mi-export"])
@pytest.mark.parametrize(
    "key", ["", ".", ".wrong", ".wrong.key", "-KEY", ".KEY.", ".KEY=", ".\u00e9"]
)
def test_without_the_key_no_script_runs(azure, post, token, key):
    sent = f"Bearer {token}{key.replace('KEY', azure.script_key)}".encode()

    answer = post(SCRIPT, path="/v2/rest/query", headers={"Authorization": sent}, db="Sales")

    assert answer.status_code in {401, 403}
    assert azure.script_key not in answer.text


def test_the_admin_without_a_token_runs_no_script(post):
    answer = post(SCRIPT, path="/v2/rest/query", db="Sales")

    assert answer.status_code == 403
    assert "script_key" in answer.json()["error"]["@message"]


def test_the_key_alone_is_no_token(azure, post):
    for token in (azure.script_key, f".{azure.script_key}", f"nobody.{azure.script_key}"):
        answer = post(".show version", headers={"Authorization": f"Bearer {token}"})

        assert answer.status_code == 401


@pytest.mark.parametrize("place", ["?key={key}", "?csl=print+1&token={key}"])
def test_the_key_does_not_count_in_an_address(azure, post, place):
    path = "/v2/rest/query" + place.format(key=azure.script_key)

    assert post(SCRIPT, path=path, db="Sales").status_code == 403


def test_the_error_is_typed_and_permanent(refusal):
    error = refusal(SCRIPT, database="Sales")

    assert (error.code, error.permanent) == ("Forbidden", True)
    assert error.type.endswith(".KustoRequestDeniedException")


def test_the_key_of_another_server_does_not_count(azure, refusal):
    with type(azure)() as other:
        error = refusal(SCRIPT, database="Sales", token=f"embedded-admin.{other.script_key}")

    assert "another server's" in error.description


def test_the_key_changes_nobody_s_roles(azure, refusal):
    token = f"embedded-mi-export.{azure.script_key}"

    error = refusal(
        "Orders | evaluate python(typeof(*), 'result = df')", database="Sales", token=token
    )

    assert error.type.endswith(".UnauthorizedOperationException")


def test_resource_manager_takes_a_token_with_the_key(azure, send):
    path = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics"
    cluster = f"{path}/providers/Microsoft.Kusto/clusters/contoso"

    answer = send("GET", cluster, token=f"embedded-admin.{azure.script_key}")

    assert answer.status_code == 200


def test_a_function_that_was_made_without_the_key_runs_no_script_for_the_owner(
    run, refusal, script_token
):
    run(MADE, database="Sales")

    error = refusal("Planted", database="Sales", token=script_token)

    assert (error.code, error.permanent) == ("Forbidden", True)
    assert "'Planted' runs no scripts" in error.description


def test_a_function_calls_one_that_was_made_without_the_key(run, refusal, script_token):
    run(MADE, database="Sales")
    run(".create function Caller() { Planted }", database="Sales", token=script_token)

    assert "'Planted'" in refusal("Caller", database="Sales", token=script_token).description


@pytest.mark.nightly
def test_a_function_that_was_made_with_the_key_runs_scripts_only_for_those_who_have_it(
    run, refusal, script_token
):
    run(MADE, database="Sales", token=script_token)

    assert run("Planted", database="Sales", token=script_token) == [{"n": 1}]
    assert refusal("Planted", database="Sales").code == "Forbidden"


def test_a_function_that_is_altered_without_the_key_runs_no_more_scripts(
    run, refusal, script_token
):
    run(MADE, database="Sales", token=script_token)
    run(MADE, database="Sales")

    assert refusal("Planted", database="Sales", token=script_token).code == "Forbidden"


def test_continuous_exports_run_no_scripts(azure):
    query = "Orders | evaluate python(typeof(*), 'result = df')"
    exports = azure.world.cluster.databases["Sales"].continuous_exports
    exports["Scripted"] = ContinuousExport("Scripted", "ArchivedOrders", query)

    export = azure.run_now("Sales", "Scripted")

    assert "Scripts run only for the query" in export.failures[-1].details
