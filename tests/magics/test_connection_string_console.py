from tests.model.connection_string_samples import KEY, SECRETS

BLOB = "https://contosolake.blob.core.windows.net/archive"


def test_the_literal_goes_to_stderr_and_the_table_to_stdout(adxmi):
    done = adxmi("connection-string", "storage", BLOB, "--identity", "system")

    assert done.returncode == 0
    assert done.stderr.splitlines()[-1] == f"h@'{BLOB};managed_identity=system'"
    assert f"{BLOB};managed_identity=system" in done.stdout


def test_a_secret_comes_by_the_standard_input_and_is_not_shown(adxmi):
    done = adxmi("connection-string", "parse", "--file", "-", text=SECRETS["blob, key"][0])

    assert done.returncode == 0
    assert f"{BLOB};*******" in done.stdout
    assert KEY not in done.stdout + done.stderr
    assert "history" not in done.stderr


def test_a_secret_on_the_line_is_warned_of(adxmi):
    done = adxmi("connection-string", "parse", SECRETS["blob, key"][0])

    assert done.stderr.splitlines()[-2:] == [
        f"without the secret: adxmi connection-string storage {BLOB} --identity IDENTITY",
        "the shell's history stores the secret of this command: use --file -",
    ]
    assert KEY not in done.stdout + done.stderr


def test_a_wrong_line_is_repeated_without_its_secret(adxmi):
    done = adxmi(
        "connection-string", "prase", SECRETS["SQL Server, password"][0], "--identity", "mi-export"
    )

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        "  fix: adxmi connection-string parse TEXT --identity mi-export"
    )
