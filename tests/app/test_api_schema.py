"""Every endpoint answers as its description says, whatever it is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from api_cases import Fuzzer, operations
from fastapi import FastAPI

EXAMPLES = 3


def test_every_endpoint_answers_as_described(app: FastAPI) -> None:
    fuzzer = Fuzzer(app)
    faults = []
    for label in operations(app):
        try:
            fuzzer.check(label, EXAMPLES)
        except BaseException as error:
            faults.append(f"{label}: {error}")
    assert not faults, "\n\n".join(faults)
