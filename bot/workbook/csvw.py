"""CSVW: a description of .csv tables that programs can read, as JSON-LD (W3C, "Metadata Vocabulary for Tabular Data").

Columns have their names and labels, types, keys and how they hang together. It says nothing about a single row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.workbook import texts
from bot.workbook.edition import Edition
from bot.workbook.labels import Label
from bot.workbook.sheets import Column, Holds, Table
from bot.workbook.texts import LANGUAGES
from flows.journey import Words

Json = None | str | int | bool | Sequence["Json"] | Mapping[str, "Json"]

KEYS: Mapping[str, tuple[str, ...]] = {
    "answers": ("row_id",),
    "follow_ups": ("follow_up_id", "week"),
    "verbatims": ("row_id",),
    "call_backs": ("call_back_id", "week"),
    "coding": ("coding_id", "position"),
    "lists": ("list", "code"),
}
"""By which columns a row of each table is known; of a wide table, by `contact_id`."""

_TYPES: Mapping[Holds, str] = {"whole": "integer", "text": "string", "words": "string", "day": "date"}


def described(
    tables: Sequence[Table],
    labels: Mapping[str, Sequence[Label]],
    edition: Edition,
    separator: str,
    decimal: str,
    *,
    local: bool,
) -> Json:
    """The description of all tables of one folder. `local`: moments stand without an offset."""
    properties = edition.properties("en")
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": properties.title,
        "dc:creator": properties.author,
        "dc:created": {"@value": edition.made_at.astimezone(edition.zone).isoformat(), "@type": "xsd:dateTime"},
        "dc:rights": _told(texts.group_of("exports")["rights"]),
        "dc:description": _told(texts.group_of("exports")["apostrophe"]),
        "dialect": {"delimiter": separator, "encoding": "utf-8", "header": True, "lineTerminators": ["\r\n"]},
        "tables": [_table(table, labels[table.name], decimal, local) for table in tables],
    }


def _table(table: Table, labels: Sequence[Label], decimal: str, local: bool) -> Json:
    columns = [_column(column, label, decimal, local) for column, label in zip(table.columns, labels, strict=True)]
    known_by = KEYS.get(table.name) or (("contact_id",) if table.name.startswith("responses_") else ())
    schema: dict[str, Json] = {"columns": columns, **({"primaryKey": list(known_by)} if known_by else {})}
    if table.name == "verbatims":
        reference = {"resource": "answers.csv", "columnReference": ["row_id"]}
        schema["foreignKeys"] = [{"columnReference": ["row_id"], "reference": reference}]
    return {"url": f"{table.name}.csv", "tableSchema": schema}


def _column(column: Column, label: Label, decimal: str, local: bool) -> Json:
    titles: dict[str, Json] = {"und": column.header}  # what stands in the file
    if label.words is not None:
        titles |= {language: words for language, words in label.words.texts.items() if language in LANGUAGES}
    return {"name": column.header, "titles": titles, "datatype": _type(column.holds, decimal, local), "null": ""}


def _type(holds: Holds, decimal: str, local: bool) -> Json:
    if holds == "decimal":
        return "number" if decimal == "." else {"base": "decimal", "format": {"decimalChar": decimal}}
    if holds == "moment":
        return {"base": "datetime", "format": "yyyy-MM-dd HH:mm:ss"} if local else "dateTimeStamp"
    return _TYPES[holds]


def _told(words: Words) -> Json:
    return [{"@value": words.texts[language], "@language": language} for language in LANGUAGES]
