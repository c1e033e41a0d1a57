"""Named SQL: reads `<noun>.sql` files, each query under `-- name: what it is for`. Never runs one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import resources

_HEADING = re.compile(r"^-- ([a-z_]+): (.+)$")


class Queries(Mapping[str, str]):
    """The queries of one file by name. KeyError names the file."""

    def __init__(self, file: str, queries: Mapping[str, str]) -> None:
        self.file = file
        self._queries = dict(queries)

    def __getitem__(self, name: str) -> str:
        try:
            return self._queries[name]
        except KeyError:
            raise KeyError(f"{self.file} has no query named {name!r}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._queries)

    def __len__(self) -> int:
        return len(self._queries)


def queries(file: str) -> Queries:
    """The named queries of `file`, which stands beside this module. ValueError if a name stands twice or has no SQL."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in resources.files(__package__).joinpath(file).read_text("utf-8").splitlines():
        heading = _HEADING.match(line)
        if heading:
            name = heading[1]
            if name in found:
                raise ValueError(f"{file}: the query {name!r} stands twice")
            found[name] = []
        elif name:
            found[name].append(line)
    for name, lines in found.items():
        if not "".join(lines).strip():
            raise ValueError(f"{file}: the query {name!r} has no SQL")
    return Queries(file, {name: "\n".join(lines).strip() for name, lines in found.items()})
