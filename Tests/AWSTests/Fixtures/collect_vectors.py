#!/usr/bin/env python3
"""Gathers aws-c-auth's signing test suite into sigv4-suite.json.

    collect_vectors.py CHECKOUT_OF_AWS_C_AUTH

Each case keeps the files of its folder as they are; the query and header forms are both there.
"""

import json
import pathlib
import sys

suite = pathlib.Path(sys.argv[1], "tests/aws-signing-test-suite/v4")
cases = []
for folder in sorted(p for p in suite.iterdir() if p.is_dir()):
    case = {"name": folder.name, "context": json.loads((folder / "context.json").read_text())}
    for file in sorted(folder.glob("*.txt")):
        case[file.stem.replace("-", "_")] = file.read_text()
    cases.append(case)
out = pathlib.Path(__file__).with_name("sigv4-suite.json")
out.write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n")
print(f"{len(cases)} cases")
