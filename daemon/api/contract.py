#!/usr/bin/python3
"""Turns openapi.yaml into operations.h and contract.cpp: contract.py OPENAPI_YAML OUTPUT_FOLDER

Refuses a contract in which a method has no operationId, no right, or a right that x-rights does not grant to anybody.
"""

import json
import pathlib
import re
import sys

import yaml

METHODS = ("get", "post", "put", "patch", "delete")
ROLES = ("operator", "supervisor", "field", "relying_party", "auditor", "administrator")


def fail(where, what):
    sys.exit(f"openapi.yaml: {where}: {what}")


def resolve(document, node):
    while isinstance(node, dict) and "$ref" in node:
        target = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def secrets_of(document, schema, path=""):
    """JSON pointers of the properties that are marked x-secret."""
    schema = resolve(document, schema)
    if schema.get("x-secret"):
        return [path]
    found = []
    for name, inner in schema.get("properties", {}).items():
        found += secrets_of(document, inner, f"{path}/{name}")
    return found


def operations_of(document):
    rights = document["x-rights"]
    operations = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method not in METHODS:
                continue
            where = f"{method.upper()} {path}"
            if not re.fullmatch(r"(/(\{[a-z_]+\}|[a-z0-9_.-]+))+", path):
                fail(where, "a path is made of lower-case words and {parameters}")
            if not re.fullmatch(r"[a-z]+(_[a-z]+)*", operation.get("operationId", "")):
                fail(where, "operationId is missing or not in lower case")
            if not rights.get(operation.get("x-right")):
                fail(where, "x-right is missing or grants nothing in x-rights")
            parameters = [resolve(document, p) for p in item.get("parameters", []) + operation.get("parameters", [])]
            body = resolve(document, operation.get("requestBody", {}))
            content = body.get("content", {})
            if len(content) > 1:
                fail(where, "a body has one media type")
            media = next(iter(content), "")
            success = [int(status) for status in operation["responses"] if status.startswith("2")]
            if len(success) != 1:
                fail(where, "there is exactly one response 2xx")
            operations.append({
                "id": operation["operationId"],
                "method": method.upper(),
                "path": path,
                "right": operation["x-right"],
                "success": success[0],
                "query": [p["name"] for p in parameters if p["in"] == "query"],
                "media": media,
                "secrets": secrets_of(document, content[media]["schema"]) if media == "application/json" else [],
                "idempotent": any(p["name"] == "Idempotency-Key" for p in parameters),
                "worker": operation.get("x-worker", False),
                "created": operation.get("x-created", ""),
            })
    paths = {operation["path"] for operation in operations if operation["method"] == "GET"}
    for operation in operations:
        if operation["created"] and operation["created"] not in paths:
            fail(operation["path"], "x-created is the path of no GET")
    ids = [operation["id"] for operation in operations]
    if len(set(ids)) != len(ids):
        fail("paths", "an operationId stands twice")
    return operations


def literal(text):
    return json.dumps(text)


def views(items):
    return "{" + ", ".join(literal(item) for item in items) + "}"


def header(operations):
    lines = [
        "// Made from openapi.yaml by contract.py.",
        "#pragma once",
        "",
        '#include "daemon/api/call.h"',
        "",
        "namespace tahvil::daemon::api {",
        "",
        "/// What the contract promises, one function a method. A new method stops the build until somebody does its work.",
        "class Operations {",
        "public:",
        "    Operations() = default;",
        "    Operations(const Operations&) = delete;",
        "    Operations& operator=(const Operations&) = delete;",
        "    virtual ~Operations() = default;",
        "",
    ]
    lines += [f"    virtual Response {operation['id']}(const Call& call) = 0;" for operation in operations]
    lines += ["};", "", "}  // namespace tahvil::daemon::api", ""]
    return "\n".join(lines)


def source(document, operations):
    text = json.dumps(document, separators=(",", ":"), default=str)
    # Numbers, since compilers need not take a literal of more than 65,536 characters; all are ASCII.
    numbers = [", ".join(str(byte) for byte in text[i:i + 32].encode("ascii")) for i in range(0, len(text), 32)]
    lines = [
        "// Made from openapi.yaml by contract.py.",
        '#include "daemon/api/contract.h"',
        '#include "daemon/api/operations.h"',
        "",
        "#include <array>",
        "",
        "namespace tahvil::daemon::api {",
        "namespace {",
        "",
    ]
    for number, operation in enumerate(operations):
        for kind in ("query", "secrets"):
            if operation[kind]:
                lines.append(f"constexpr std::string_view k{kind.capitalize()}{number}[] = {views(operation[kind])};")
    lines += ["", f"constexpr std::array<Route, {len(operations)}> kRoutes{{{{"]
    for number, operation in enumerate(operations):
        query = f"k{'Query'}{number}" if operation["query"] else "{}"
        secrets = f"k{'Secrets'}{number}" if operation["secrets"] else "{}"
        lines.append(
            f"    {{{literal(operation['id'])}, {literal(operation['method'])}, {literal(operation['path'])}, "
            f"{literal(operation['right'])}, {operation['success']}, {query}, {literal(operation['media'])}, {secrets}, "
            f"{str(operation['idempotent']).lower()}, {str(operation['worker']).lower()}, "
            f"{literal(operation['created'])}, &Operations::{operation['id']}}},")
    lines += ["}};", ""]
    grants = [(right, role) for right, roles in document["x-rights"].items() for role in roles]
    lines.append(f"constexpr std::array<Grant, {len(grants)}> kGrants{{{{")
    for right, role in grants:
        if role not in ROLES:
            fail(f"x-rights.{right}", f"there is no role {role}")
        lines.append(f"    {{{literal(right)}, RoleKind::{role}_}},")
    lines += ["}};", "", "}  // namespace", "",
              "std::span<const Route> routes() {", "    return kRoutes;", "}", "",
              "std::span<const Grant> grants() {", "    return kGrants;", "}", "",
              "std::string_view contract_json() {", "    static constexpr char kText[] = {"]
    lines += [f"        {line}," for line in numbers]
    lines += ["    };", "    return {kText, sizeof kText};", "}", "", "}  // namespace tahvil::daemon::api", ""]
    return "\n".join(lines)


def main():
    document = yaml.safe_load(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    operations = operations_of(document)
    (folder / "operations.h").write_text(header(operations), encoding="utf-8")
    (folder / "contract.cpp").write_text(source(document, operations), encoding="utf-8")


if __name__ == "__main__":
    main()
