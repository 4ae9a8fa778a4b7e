"""Whatever connection string is built, Microsoft's parser reads its literal as the same text."""

from hypothesis import given

from adxmi_jupyter.model import kql
from tests.examples import examples
from tests.model.connection_strings import connection_strings


@examples(500)
@given(value=connection_strings)
def test_an_external_table_gets_the_connection_string_to_the_letter(kusto_parser, value):
    literal = kql.obfuscated_literal(value.build())
    command = f".create external table T (a:string) kind=storage dataformat=csv ({literal})"

    judgement = kusto_parser.judge(command, schema=False)

    assert judgement.is_clean_command("CreateStorageExternalTable")
    assert judgement.literals == (value.build(),)


@examples(500)
@given(value=connection_strings)
def test_a_query_may_hold_the_literal(kusto_parser, value):
    literal = kql.obfuscated_literal(value.build())

    judgement = kusto_parser.judge(f"externaldata (a:string) [{literal}]", schema=False)

    assert judgement.kind == "Query"
    assert judgement.literals == (value.build(),)
