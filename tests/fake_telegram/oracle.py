"""A second opinion on every request: does it fit aiogram's typed method of the same name?

aiogram is written independently of the library the bot uses, so both being wrong alike is unlikely.
Importing it is slow: it is imported at the first question, and of its hundreds of models only those are built that are
asked.
"""

from __future__ import annotations

import importlib
import warnings
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, get_args
from unittest import mock

from .parameters import Upload
from .wire import JsonObject

if TYPE_CHECKING:
    from pydantic import BaseModel


def faults_in(method: str, values: JsonObject, files: dict[str, Upload]) -> list[str]:
    """Return what aiogram's model of the method finds wrong with its parameters; empty when sound."""
    model = _model(method[0].upper() + method[1:])
    if model is None:
        return [f"{method}: aiogram knows no such method"]
    # A file part is a file id as far as the model can tell.
    given = {name: "file" for name in files if name in model.model_fields} | values
    from pydantic import ValidationError

    try:
        parsed = model.model_validate({name: _lenient(model, name, value) for name, value in given.items()})
    except ValidationError as error:
        return [f"{method}: {_place(fault['loc'])}: {fault['msg']}" for fault in error.errors()]
    return [f"{method}: {place}: no such field" for place in _extras(parsed, "")]


@cache
def _model(name: str) -> type[BaseModel] | None:
    model: type[BaseModel] | None = getattr(_aiogram().methods, name, None)
    if model is not None:
        # As aiogram itself does for every model: names in its annotations stand for its types.
        model.model_rebuild(force=True, _types_namespace=vars(_aiogram().types))
    return model


@cache
def _aiogram() -> ModuleType:
    from pydantic import BaseModel

    with warnings.catch_warnings(), mock.patch.object(BaseModel, "model_rebuild"):
        warnings.simplefilter("ignore")
        return importlib.import_module("aiogram")


def _lenient(model: type[BaseModel], name: str, value: object) -> object:
    """Give a number as text where the model wants text: a form has nothing but text."""
    known = model.model_fields.get(name)
    if known is not None and type(value) is int and known.annotation is not None:
        wanted = {known.annotation, *get_args(known.annotation)}
        if str in wanted and int not in wanted:
            return str(value)
    return value


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in location)


def _extras(value: object, place: str) -> list[str]:
    if isinstance(value, list):
        return [extra for index, item in enumerate(value) for extra in _extras(item, f"{place}[{index}]")]
    fields = getattr(type(value), "model_fields", None)
    if fields is None:
        return []
    unknown: JsonObject = getattr(value, "model_extra", None) or {}
    found = [f"{place}.{name}".lstrip(".") for name in unknown]
    for name in fields:
        found += _extras(getattr(value, name), f"{place}.{name}")
    return found
