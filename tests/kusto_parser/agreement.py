"""What Microsoft's parser and the embedded Azure say of the same text."""

SYNTAX_ERROR = "BadRequest_SyntaxError"
NOT_SUPPORTED = "not supported by the embedded Azure"


def assert_both_understand(kusto_parser, refusal_code, text):
    """The parser finds a clean command, and the embedded Azure has it and refuses no syntax."""
    judgement = kusto_parser.judge(text, schema=False)

    assert judgement.is_clean
    assert judgement.kind == "Command"
    assert refusal_code(text) not in {SYNTAX_ERROR, NOT_SUPPORTED}


def assert_both_refuse(kusto_parser, refusal_code, text):
    """The parser finds no clean command, and the embedded Azure refuses the syntax.

    That half-typed commands are none either is held against the parser in `test_half_typed`.
    """
    judgement = kusto_parser.judge(text, schema=False, half_typed=False)

    assert (judgement.kind, judgement.is_clean) != ("Command", True)
    assert refusal_code(text) == SYNTAX_ERROR
