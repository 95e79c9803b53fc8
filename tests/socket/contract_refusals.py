#!/usr/bin/python3
"""Sees that contract.py builds nothing from a contract with a hole in it: contract_refusals.py DAEMON_API_FOLDER"""

import copy
import pathlib
import sys

import yaml

folder = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(folder))
import contract  # noqa: E402

GOOD = yaml.safe_load((folder / "openapi.yaml").read_text(encoding="utf-8"))


def refusal(spoil):
    """What contract.py says of the contract after spoil(contract); None when it takes it."""
    document = copy.deepcopy(GOOD)
    spoil(document)
    try:
        contract.source(document, contract.operations_of(document))
    except SystemExit as refused:
        return str(refused)
    return None


def expect(said, *words):
    if said is None or not all(word in said for word in words):
        sys.exit(f"expected a refusal with {words}, got: {said}")


def main():
    passed = 1
    if refusal(lambda document: None) is not None:
        sys.exit("the contract as it is was refused")
    for path, item in GOOD["paths"].items():
        for method in contract.METHODS:
            if method not in item:
                continue
            where = f"{method.upper()} {path}"
            expect(refusal(lambda document: document["paths"][path][method].pop("x-right")), where, "x-right")
            passed += 1
    first = next(iter(GOOD["paths"]))
    get = GOOD["paths"][first]["get"]

    def with_right(right):
        return lambda document: document["paths"][first]["get"].update({"x-right": right})

    expect(refusal(with_right("no.such.right")), first, "x-right")
    expect(refusal(with_right("")), first, "x-right")
    expect(refusal(lambda document: document["x-rights"].update({get["x-right"]: []})), "x-right")
    expect(refusal(lambda document: document["x-rights"][get["x-right"]].append("anybody")), "anybody")
    expect(refusal(lambda document: document["paths"][first]["get"].pop("operationId")), first, "operationId")
    print(f"[  PASSED  ] {passed + 5} tests.")


main()
