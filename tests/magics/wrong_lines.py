"""Wrong command lines, and what each is told: the error, what, why, and the line to paste."""

import click

from adxmi_jupyter import errors
from adxmi_jupyter.magics.policy import policy
from adxmi_jupyter.magics.tree import tree
from adxmi_jupyter.service.embedded import fault_names

_NOUNS = tree.list_commands(click.Context(tree))
NOUNS = f"the nouns are {', '.join(_NOUNS[:16])} and {len(_NOUNS) - 16} more"
VERBS = "the verbs are " + ", ".join(policy.list_commands(click.Context(policy)))
NO_SCOPE = "a write has no default scope: a database and the cluster differ too much"
IDENTITY_HELP = "Managed identities: name, object ID, client ID or system. Separated by commas."

CASES = {
    "unknown noun": (
        "polcy show",
        errors.UnknownCommand,
        "there is no noun 'polcy'",
        NOUNS,
        "%adxmi policy show",
    ),
    "unknown verb": (
        "policy grnt -d Sales",
        errors.UnknownCommand,
        "there is no verb 'grnt' of policy",
        VERBS,
        "%adxmi policy grant -d Sales",
    ),
    "verb like no other": (
        "policy frobnicate",
        errors.UnknownCommand,
        "there is no verb 'frobnicate' of policy",
        VERBS,
        "%adxmi policy",
    ),
    "a verb of another tool": (
        "policy add mi-export --database Sales",
        errors.UnknownCommand,
        "there is no verb 'add' of policy",
        VERBS,
        "%adxmi policy grant mi-export --database Sales",
    ),
    "unknown option": (
        'policy matrix --databse="Tom\'s Lab"',
        errors.UnknownOption,
        "policy matrix has no option --databse",
        (
            "the options are --database, --cluster, --all-databases, --skip-unreadable, "
            "--fleet, --since, --deadline, --allow-partial, --connection, --out and 3 more"
        ),
        '%adxmi policy matrix --database="Tom\'s Lab"',
    ),
    "option like no other": (
        "policy history --frobnicate",
        errors.UnknownOption,
        "policy history has no option --frobnicate",
        "the options are --times, --connection, --out, --ids, --wide, --help",
        "%adxmi policy history --help",
    ),
    "verb before noun": (
        "grant policy --database Sales",
        errors.UnknownCommand,
        "there is no noun 'grant'",
        "the noun is before the verb",
        "%adxmi policy grant --database Sales",
    ),
    "an option as the service calls it": (
        "policy history --output x",
        errors.UnknownOption,
        "policy history has no option --output",
        "the options are --times, --connection, --out, --ids, --wide, --help",
        "%adxmi policy history --out x",
    ),
    "an option that has only dashes in common": (
        "policy history --host x",
        errors.UnknownOption,
        "policy history has no option --host",
        "the options are --times, --connection, --out, --ids, --wide, --help",
        "%adxmi policy history --help",
    ),
    "the stack asked for behind the noun": (
        "policy history --traceback",
        errors.UnknownOption,
        "policy history has no option --traceback",
        "the options are --times, --connection, --out, --ids, --wide, --help",
        "%adxmi --traceback policy history",
    ),
    "a connection to nowhere": (
        "connect",
        errors.MissingOption,
        "connect needs CLUSTER",
        "CLUSTER is a URI, a short name such as help.westeurope, or the word embedded.",
        "%adxmi connect CLUSTER",
    ),
    "a credential there is none of": (
        "connect embedded --credential clii",
        errors.CredentialFailure,
        "there is no credential 'clii'",
        (
            "the credentials are default, cli, browser, device-code, managed-identity, "
            "workload-identity, environment, app, token"
        ),
        "%adxmi connect embedded --credential default",
    ),
    "a query on the line": (
        "query Orders",
        errors.InvalidValue,
        "query cannot use Orders",
        "write the query below the command, or in a file",
        "%%adxmi query, and the query in the lines below",
    ),
    "a check of something by name alone": (
        "check ArchivedOrders",
        errors.InvalidValue,
        "check cannot use ArchivedOrders",
        "without a workflow before it, check covers all workflows",
        "%adxmi WORKFLOW check ArchivedOrders, where WORKFLOW is its noun",
    ),
    "unknown short option": (
        "policy history -x",
        errors.UnknownOption,
        "policy history has no option -x",
        "the options are --times, --connection, --out, --ids, --wide, --help",
        "%adxmi policy history --help",
    ),
    "unknown option before the noun": (
        "--tracback policy history",
        errors.UnknownOption,
        "the command has no option --tracback",
        "the options are --traceback, --version, --help",
        "%adxmi --traceback policy history",
    ),
    "repeated list": (
        "policy grant -d Sales --usage AzureAI --identity mi-ingest --usage=SqlRequest",
        errors.RepeatedOption,
        "--usage is given twice",
        "use a list separated by commas",
        "%adxmi policy grant -d Sales --identity mi-ingest --usage AzureAI,SqlRequest",
    ),
    "repeated value": (
        "policy show -d Sales --database Telemetry",
        errors.RepeatedOption,
        "--database is given twice",
        "it can have one value only",
        "%adxmi policy show -d Sales",
    ),
    "repeated flag": (
        "policy show --cluster --cluster --raw",
        errors.RepeatedOption,
        "--cluster is given twice",
        "it can have one value only",
        "%adxmi policy show --cluster --raw",
    ),
    "cluster and database": (
        "policy delete --cluster --database Sales",
        errors.ConflictingOptions,
        "--cluster and --database exclude each other",
        "the verb takes one of --cluster, --database",
        "%adxmi policy delete --database Sales",
    ),
    "raw and by usage": (
        "policy show --raw --by-usage",
        errors.ConflictingOptions,
        "--by-usage and --raw exclude each other",
        "the verb takes one of --by-usage, --raw",
        "%adxmi policy show --raw",
    ),
    "every usage and one usage": (
        "policy revoke -d Sales --identity mi-ingest --every-usage --usage AzureAI",
        errors.ConflictingOptions,
        "--every-usage and --usage exclude each other",
        "the verb takes one of --every-usage, --usage",
        "%adxmi policy revoke -d Sales --identity mi-ingest --usage AzureAI",
    ),
    "write without scope": (
        "policy delete --yes",
        errors.MissingOption,
        "the policy to change isn't given",
        NO_SCOPE,
        "add --database Sales or --cluster: %adxmi policy delete --yes --database Sales",
    ),
    "grant without identity": (
        "policy grant -d Sales --usage AzureAI",
        errors.MissingOption,
        "policy grant needs --identity",
        IDENTITY_HELP,
        "%adxmi policy grant -d Sales --usage AzureAI --identity IDENTITY[,…]",
    ),
    "grant without anything": (
        "policy grant",
        errors.MissingOption,
        "policy grant needs --identity, --usage, and --database or --cluster",
        "none of them has a default",
        "%adxmi policy grant --identity IDENTITY[,…] --usage USAGE[,…] --database NAME",
    ),
    "role of an identity without anything else": (
        "role grant mi-ingest",
        errors.MissingOption,
        "role grant needs --role, and --database or --cluster",
        "none of them has a default",
        "%adxmi role grant mi-ingest --role ROLE --database NAME",
    ),
    "workflow with a name only": (
        "external-table create Mine",
        errors.MissingOption,
        (
            "external-table create needs --database, --identity, --location, --columns and "
            "--data-format"
        ),
        "none of them has a default",
        (
            "%adxmi external-table create Mine --database NAME --identity IDENTITY --location URL "
            "--columns NAME:TYPE,… --data-format CHOICE"
        ),
    ),
    "workflow without one field": (
        "query-acceleration create ArchivedOrders --database Sales --identity mi-export",
        errors.MissingField,
        "--hot is missing: Hot",
        "Period of recent data to cache, 1 day or more",
        (
            "%adxmi query-acceleration create ArchivedOrders --database Sales --identity mi-export "
            "--hot TIME"
        ),
    ),
    "list as a word and as an option": (
        "policy grant mi-export --identity mi-ingest --usage AzureAI -d Sales",
        errors.RepeatedOption,
        "--identity is given twice",
        "mi-export after the verb says the same as --identity",
        "%adxmi policy grant mi-export,mi-ingest --usage AzureAI -d Sales",
    ),
    "name as a word and as an option": (
        "external-table create --name Other Mine",
        errors.RepeatedOption,
        "--name is given twice",
        "Mine after the verb says the same as --name",
        "%adxmi external-table create Mine",
    ),
    "revoke without usage": (
        "policy revoke -d Sales --identity mi-ingest",
        errors.MissingOption,
        "policy revoke needs --usage",
        "it revokes only what it is told",
        (
            "add --usage USAGE[,…] or --every-usage: "
            "%adxmi policy revoke -d Sales --identity mi-ingest --usage USAGE[,…]"
        ),
    ),
    "missing argument": (
        "connections use",
        errors.MissingOption,
        "connections use needs NAME",
        "it has no default",
        "%adxmi connections use NAME",
    ),
    "option without its value": (
        "policy show --database",
        errors.MissingOption,
        "--database needs a value",
        "Database name. Default: the current database.",
        "%adxmi policy show --database NAME",
    ),
    "alter without policy": (
        "policy alter --cluster",
        errors.MissingOption,
        "there is no policy",
        "it stands in the cell below %%adxmi …, or in a file",
        "%adxmi policy alter --cluster --file FILE",
    ),
    "diff with nothing": (
        "policy diff",
        errors.MissingOption,
        "there is no policy",
        "it stands in the cell below %%adxmi …, or in a file",
        "%adxmi policy diff --against-cluster",
    ),
    "a result to save of a command without one": (
        "help policy -o policy.csv",
        errors.UnknownOption,
        "help has no option -o",
        "the command has no result that could be saved",
        "%adxmi help policy",
    ),
    "flag with a value": (
        "policy show --cluster=yes",
        errors.InvalidValue,
        "--cluster takes no value",
        "it is either there or not",
        "%adxmi policy show --cluster",
    ),
    "name without option": (
        'policy show "Tom\'s Lab"',
        errors.InvalidValue,
        'policy show cannot use "Tom\'s Lab"',
        "the command has no argument for it; a name with blanks needs quotes",
        '%adxmi policy show --database "Tom\'s Lab"',
    ),
    "name with blanks and no quotes": (
        "policy show --database My Data Base",
        errors.InvalidValue,
        "policy show cannot use Data Base",
        "the command has no argument for it; a name with blanks needs quotes",
        "%adxmi policy show --help",
    ),
    "empty usages": (
        'policy grant -d Sales --identity mi-ingest --usage ","',
        errors.InvalidValue,
        "the value of --usage cannot be used",
        "it names nothing",
        "%adxmi policy grant --help",
    ),
    "empty database": (
        'policy show --database ""',
        errors.InvalidValue,
        "the value of --database cannot be used",
        "it is empty",
        "%adxmi policy show --help",
    ),
    "an unclosed quote": (
        "policy show -d Tom's",
        errors.InvalidValue,
        "a quote is not closed: Tom's",
        "quotes group words; a name that contains one kind of quote needs the other around",
        "put the whole value in quotes of the other kind",
    ),
    "a file that is not there": (
        "policy alter --cluster -f nowhere.json",
        errors.InvalidValue,
        "the file nowhere.json cannot be read",
        "No such file or directory",
        "give the path of a text file with --file",
    ),
    "a verb for consoles": (
        "embedded serve",
        errors.UnknownCommand,
        "embedded serve runs in a console only",
        "it runs until it is stopped, and would keep the kernel busy",
        "type in a terminal: adxmi embedded serve",
    ),
    "a fault there is none of": (
        "embedded faults throtled",
        errors.InvalidValue,
        "there is no fault 'throtled'",
        f"there are {len(fault_names())} faults, and Tab completes their names",
        "%adxmi embedded faults throttled",
    ),
    "a connection that is not open": (
        "policy show --connection embeded",
        errors.UnknownConnection,
        "no connection is named 'embeded'",
        "open are: embedded",
        "%adxmi policy show --connection embedded",
    ),
    "a database there is none of": (
        "policy show -d Slaes",
        errors.DatabaseNotFound,
        "there is no database 'Slaes'",
        "Database 'Slaes' could not be found. (there are: Sales, Telemetry, Tom's Lab)",
        "%adxmi policy show --database Sales",
    ),
    "an identity there is none of": (
        "policy grant -d Sales --identity mi-inges --usage AzureAI",
        errors.UnknownIdentity,
        "no identity is named 'mi-inges'",
        "the identities known here are contoso, mi-export, mi-ingest, mi-stranger",
        "%adxmi policy grant -d Sales --identity mi-ingest --usage AzureAI",
    ),
    "one of several identities there is none of": (
        "policy grant -d Sales --usage AzureAI --identity=system,mi-exprt,mi-ingest",
        errors.UnknownIdentity,
        "no identity is named 'mi-exprt'",
        "the identities known here are contoso, mi-export, mi-ingest, mi-stranger",
        "%adxmi policy grant -d Sales --usage AzureAI --identity system,mi-export,mi-ingest",
    ),
    "two things to compare with": (
        "policy diff --against-database Telemetry --since 1",
        errors.ConflictingOptions,
        "--against-database and --since exclude each other",
        (
            "the verb takes one of --against-cluster, --against-database, --since, --file, "
            "the cell body"
        ),
        "%adxmi policy diff --since 1",
    ),
    "something taken away": (
        "policy revoke -d Sales --identity mi-ingest --usage DataConnection",
        errors.ConfirmationRequired,
        "revoke on the database Sales removes: mi-ingest DataConnection",
        "may stop working: Event Hubs, Event Grid and Cosmos DB data connections",
        "%adxmi policy revoke -d Sales --identity mi-ingest --usage DataConnection --yes",
    ),
}
