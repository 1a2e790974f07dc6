from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from pejl.queries import people


@pytest.fixture
def django_assert_num_queries(django_assert_num_queries: Callable[..., Any]) -> Callable[..., Any]:
    """Counts what a page costs somebody who is not remembered from a page before."""

    @contextmanager
    def counted(number: int, **options: Any) -> Iterator[Any]:
        people.remembered.cache_clear()
        with django_assert_num_queries(number, **options) as found:
            yield found

    return counted
