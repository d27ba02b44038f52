"""Requests that the API's own description allows or forbids, sent to the application in process."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as how
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.openapi import checks as _checks
from schemathesis.python import asgi
from schemathesis.specs.openapi import checks as openapi_checks

from beltroad.app.accounts.roles import LOCAL
from beltroad.app.database import Database
from beltroad.app.registry.store import Registry
from beltroad.app.settings import Settings
from beltroad.appraisal.scenario_file import EXAMPLE if False else None
