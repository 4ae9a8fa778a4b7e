"""Two JSON bodies as shapes: which fields there are, and of which JSON types."""

ID_KEYED = "userAssignedIdentities"


def shape(body):
    """Return (fields every item has, fields some item has); each maps a path to its JSON types."""
    items = (
        body["value"] if isinstance(body, dict) and isinstance(body.get("value"), list) else None
    )
    if items is None:
        fields = paths(body)
        return fields, fields
    each = [paths(item) for item in items]
    every = set.intersection(*(set(one) for one in each)) if each else set()
    some = merged(each)
    return {path: some[path] for path in every}, some


def paths(value, at=""):
    """Return the JSON types of every field by its path; keys that are IDs are one field."""
    if isinstance(value, dict):
        keyed = at.endswith(ID_KEYED)
        inner = [
            paths(each, f"{at}.{'ID' if keyed else key}".lstrip(".")) for key, each in value.items()
        ]
    elif isinstance(value, list):
        inner = [paths(each, f"{at}[]") for each in value]
    else:
        inner = []
    own = {at: {kind(value)}} if at else {}
    return merged([own, *inner])


def merged(shapes):
    whole = {}
    for one in shapes:
        for path, kinds in one.items():
            whole.setdefault(path, set()).update(kinds)
    return whole


def kind(value):
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    names = {dict: "object", list: "array", str: "string", int: "number", float: "number"}
    return names[type(value)]


def field(body, path):
    """Return the value at a path of names with dots; None when there is none."""
    for name in path.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return body
