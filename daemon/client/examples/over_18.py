#!/usr/bin/python3
"""Is the person at this counter over 18, and is the card theirs? The program of a bank asks its terminal.

    over_18.py CAN OPERATOR        CAN: the six digits on the card; OPERATOR: who compared face and portrait

Prints yes, no or unknown, and exits with 0, 1 or 3. tahvil.py lies in ../python, or is installed.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import tahvil  # noqa: E402


def main(can, operator):
    questions = {"age_over": 18, "holder_present": True}
    try:
        with tahvil.Client() as terminal:
            claims, _ = terminal.identity_check(
                party="bank",
                purpose="account_opening",
                want=questions,
                consent={"method": "operator", "operator_id": operator, "language": "en", "to": list(questions),
                         "text": "I agree that the bank learns whether I am over 18 and whether this card is mine."},
                holder={"method": "portrait", "operator_id": operator},
                access={"can": can},
                wait=30)
    except (tahvil.Unreachable, tahvil.Refused) as error:
        sys.exit(f"over_18: {error}")
    answers = [claims[question]["answer"] for question in questions]
    answer = "yes" if set(answers) == {"true"} else "no" if "false" in answers else "unknown"
    print(answer)
    return {"yes": 0, "no": 1, "unknown": 3}[answer]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) if len(sys.argv) == 3 else __doc__)
