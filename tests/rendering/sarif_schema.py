"""What SARIF 2.1.0 allows of the objects that are written here, and what GitHub requires of them.

Written from the standard, as a JSON schema: nothing else is allowed, so that a property that is
misspelt is found.

Source: *Static Analysis Results Interchange Format (SARIF) Version 2.1.0* (OASIS), sections 3.13 to
3.58; *SARIF support for code scanning* (GitHub docs).
"""

LEVEL = {"enum": ["none", "note", "warning", "error"]}
TEXT = {"type": "string", "minLength": 1}
INDEX = {"type": "integer", "minimum": 0}
NUMBER = {"type": "integer", "minimum": 1}
URI = {"type": "string", "format": "uri"}


def exactly(required=(), **properties):
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": list(required),
    }


def items(each, **more):
    return {"type": "array", "items": each, **more}


MESSAGE = exactly(["text"], text=TEXT, markdown=TEXT)
RULE = exactly(
    ["id", "shortDescription", "fullDescription", "help", "defaultConfiguration"],
    id=TEXT,
    name=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    helpUri=URI,
    defaultConfiguration=exactly(["level"], level=LEVEL),
    properties=exactly(
        ["tags"],
        tags=items(TEXT, uniqueItems=True),
        **{"security-severity": {"type": "string", "pattern": r"^(\d|10)\.\d$"}},
    ),
)
PHYSICAL = exactly(
    ["artifactLocation", "region"],
    artifactLocation=exactly(
        ["uri"],
        # A reference without a scheme, below the root of the repository.
        uri={"type": "string", "pattern": r"^[A-Za-z0-9._~%/-]+$", "not": {"pattern": "^/"}},
        uriBaseId={"const": "%SRCROOT%"},
    ),
    region=exactly(["startLine"], startLine=NUMBER, startColumn=NUMBER),
)
LOGICAL = exactly(["fullyQualifiedName"], fullyQualifiedName=TEXT, kind={"const": "resource"})
RESULT = exactly(
    ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"],
    ruleId=TEXT,
    ruleIndex=INDEX,
    level=LEVEL,
    message=MESSAGE,
    locations=items(exactly(physicalLocation=PHYSICAL, logicalLocations=items(LOGICAL))),
    partialFingerprints=exactly(["primaryLocationLineHash"], primaryLocationLineHash=TEXT),
    suppressions=items(
        exactly(
            ["kind", "justification"],
            kind={"enum": ["external", "inSource"]},
            status={"enum": ["accepted", "underReview", "rejected"]},
            justification=TEXT,
        )
    ),
)
INVOCATION = exactly(
    ["executionSuccessful"],
    executionSuccessful={"type": "boolean"},
    toolExecutionNotifications=items(exactly(["message"], level=LEVEL, message=MESSAGE)),
)
DRIVER = exactly(
    ["name", "semanticVersion", "rules"],
    name=TEXT,
    version=TEXT,
    informationUri=URI,
    semanticVersion={"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
    rules=items(RULE),
)
RUN = exactly(
    ["tool", "automationDetails", "results"],
    tool=exactly(["driver"], driver=DRIVER),
    automationDetails=exactly(["id"], id={"type": "string", "pattern": "/$"}),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    invocations=items(INVOCATION),
    results=items(RESULT),
)
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **exactly(
        ["$schema", "version", "runs"],
        **{"$schema": URI},
        version={"const": "2.1.0"},
        runs=items(RUN, minItems=1, maxItems=20),
    ),
}
