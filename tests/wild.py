"""Wild inputs: how many of them hypothesis makes for one test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import settings

Test = TypeVar("Test", bound=Callable[..., Any])

LONG = "long"
"""The profile in which all are made. `-m long` has it, and then every test of wild inputs is a long proof."""


def examples(number: int, **more: Any) -> Callable[[Test], Test]:
    """So many among the long proofs; each time a third of them, though at least ten. `more` are further settings."""
    long = settings.get_current_profile_name() == LONG
    chosen = settings(max_examples=number if long else max(10, number // 3), **{"deadline": None, **more})

    def decorated(test: Test) -> Test:
        made = chosen(test)
        return pytest.mark.long(made) if long else made

    return decorated
