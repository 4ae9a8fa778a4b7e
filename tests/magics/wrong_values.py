"""Wrong values and arguments, and what each is told, as in `wrong_lines`."""

from adxmi_jupyter import errors

VALUES = {
    "a mistyped value of a few": (
        "audit --min-severity=hihg",
        errors.InvalidValue,
        "the value of --min-severity cannot be used",
        "allowed values: high, medium, low",
        "%adxmi audit --min-severity high",
    ),
    "a mistyped argument of a few": (
        "completion bahs",
        errors.InvalidValue,
        "the value of SHELL cannot be used",
        "allowed values: bash, zsh, fish, powershell",
        "%adxmi completion bash",
    ),
    "an identity as an argument that there is none of": (
        "identity show mi-inges",
        errors.UnknownIdentity,
        "no identity is named 'mi-inges'",
        "the identities known here are contoso, mi-export, mi-ingest, mi-stranger",
        "%adxmi identity show mi-ingest",
    ),
    "one of several identities as arguments": (
        "policy grant -d Sales --usage AzureAI system,mi-exprt",
        errors.UnknownIdentity,
        "no identity is named 'mi-exprt'",
        "the identities known here are contoso, mi-export, mi-ingest, mi-stranger",
        "%adxmi policy grant -d Sales --usage AzureAI system,mi-export",
    ),
    "an empty object": (
        "identity show ''",
        errors.MissingOption,
        "identity show needs --identity",
        "Managed identity: name, object ID, client ID, resource ID or system.",
        "%adxmi identity show --identity IDENTITY",
    ),
    "an argument and an option that exclude each other": (
        "plan schema --save plan.json",
        errors.ConflictingOptions,
        "schema and --save exclude each other",
        "the verb takes one of schema, --save, --out, --target",
        "%adxmi plan --save plan.json",
    ),
    "a number that is none": (
        "policy undo first",
        errors.InvalidValue,
        "the value of ID cannot be used",
        "it is a whole number, 1 or more",
        "%adxmi policy undo --help",
    ),
    "usages without their option": (
        "policy grant mi-ingest AutomatedFlows,AzureAI --database Sales",
        errors.InvalidValue,
        "policy grant cannot use AutomatedFlows,AzureAI",
        "it is a value of --usage",
        "%adxmi policy grant mi-ingest --usage AutomatedFlows,AzureAI --database Sales",
    ),
    "role where the identity stands": (
        "role grant viewers --identity mi-ingest --database Sales",
        errors.InvalidValue,
        "role grant cannot use viewers",
        "it is a value of --role",
        "%adxmi role grant --role viewers --identity mi-ingest --database Sales",
    ),
    "an empty word too many": (
        "overview ''",
        errors.InvalidValue,
        'overview cannot use ""',
        "an empty word names nothing",
        "%adxmi overview",
    ),
}
