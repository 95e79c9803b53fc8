#!/usr/bin/env python3
"""Writes tahvil-deviations(7) from the table of deviations.

    deviations.py crypto/trust/deviations.def tahvil-deviations.7
    deviations.py crypto/trust/deviations.def --tests        the name of each deviation and of its test, one a line
"""
import re
import sys

ENTRY = re.compile(
    r'TAHVIL_DEVIATION\((\w+),\s*"([^"]+)",\s*(\w+),\s*(\w+),\s*(\w+),\s*((?:"[^"]+"\s*)+),\s*"([^"]+)"\)')

HEAD = """.Dd November 22, 2026
.Dt TAHVIL-DEVIATIONS 7
.Os
.Sh NAME
.Nm tahvil-deviations
.Nd departures from the standards that real documents and cards have
.Sh DESCRIPTION
A document or card that departs from the standards is neither taken silently nor thrown away: what was found is named by
a code in the verdict, and the policy says whether it is tolerated.
A deviation that the policy refuses makes the decision reject.
.Pp
A policy names one of the columns
.Cm strict ,
.Cm standard
and
.Cm lenient
by
.Dq deviations = ,
and departs from it by the lists
.Dq tolerate
and
.Dq refuse .
.Sh CODES
.Bl -tag -width Ds
"""

TAIL = """.El
.Sh SEE ALSO
.Xr tahvil 1 ,
.Xr tahvild.toml 5
"""


def entries(path):
    with open(path, encoding="utf-8") as table:
        text = table.read()
    found = ENTRY.findall(text)
    if len(found) != text.count("\nTAHVIL_DEVIATION("):
        sys.exit(f"{path}: an entry that can not be read")
    return found


def main():
    table, target = sys.argv[1:]
    found = entries(table)
    if target == "--tests":
        for _, name, _, _, _, _, test in found:
            print(name, test)
        return
    with open(target, "w", encoding="utf-8") as page:
        page.write(HEAD)
        for _, name, strict, standard, lenient, pieces, test in found:
            words = "".join(re.findall(r'"([^"]+)"', pieces))
            page.write(f".It Li {name}\n{words}\n.br\nstrict: {strict}; standard: {standard}; lenient: {lenient}.\n"
                       f"Test: {test}.\n")
        page.write(TAIL)


main()
