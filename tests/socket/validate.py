#!/usr/bin/python3
"""Holds recorded answers against the contract: validate.py OPENAPI_YAML ANSWERS_JSONL

Each line of the record is {"method", "target", "status", "media", "body"}.
"""

import collections
import json
import re
import sys

import jsonschema
import yaml


def resolve(document, node):
    while isinstance(node, dict) and "$ref" in node:
        target = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def operation_of(document, method, target):
    path = target.split("?", 1)[0]
    for template, item in document["paths"].items():
        pattern = "/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in template.split("/"))
        if re.fullmatch(pattern, path) and method.lower() in item:
            return item[method.lower()]
    return None


def check(document, answer):
    """What is wrong with the answer, or nothing."""
    operation = operation_of(document, answer["method"], answer["target"])
    status = str(answer["status"])
    if operation is None or status not in operation["responses"]:
        # What the protocol itself refuses is a problem document everywhere.
        response = document["components"]["responses"]["Problem"]
        if answer["status"] < 400:
            return f"status {status} is not in the contract"
    else:
        response = resolve(document, operation["responses"][status])
    content = response.get("content", {})
    if not content:
        return "a body where the contract has none" if answer["body"] else None
    if answer["media"] not in content:
        return f"media type {answer['media']!r} is not in the contract"
    if answer["media"].startswith("text/"):
        return None
    schema = dict(content[answer["media"]]["schema"], components=document["components"])
    try:
        body = json.loads(answer["body"])
    except ValueError as error:
        return f"no JSON: {error}"
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    error = jsonschema.exceptions.best_match(validator.iter_errors(body))
    return f"{error.json_path}: {error.message}" if error else None


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        document = yaml.safe_load(file)
    seen = collections.Counter()
    wrong = 0
    with open(sys.argv[2], encoding="utf-8") as file:
        for line in file:
            answer = json.loads(line)
            seen[answer["method"], answer["target"].split("?", 1)[0], answer["status"]] += 1
            if what := check(document, answer):
                wrong += 1
                print(f"{answer['method']} {answer['target']} -> {answer['status']}: {what}\n    {answer['body'][:400]}")
    total = sum(seen.values())
    print(f"{total} answers of {len(seen)} kinds, {wrong} against the contract")
    sys.exit(wrong != 0 or total == 0)


if __name__ == "__main__":
    main()
