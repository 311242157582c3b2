"""Lists as upstream gives them: filtered, sorted and cut into pages by the database, the page token carrying sort order and filter."""

import base64
from collections.abc import Mapping
from typing import Annotated, NamedTuple

from fastapi import Depends, Query
from pydantic import AliasChoices, BaseModel, Field, ValidationError
from sqlalchemy import Column, ColumnElement, Connection, Table, func, select, tuple_

from standalone.server.errors import InvalidArgumentError
from standalone.server.times import moment, timestamp

MAX_PAGE_SIZE = 200
DEFAULT_PAGE_SIZE = 20

# Upstream's numbers of the operations; 4 was never given out.
_NUMBERS = {1: "EQUALS", 2: "NOT_EQUALS", 3: "GREATER_THAN", 5: "GREATER_THAN_EQUALS", 6: "LESS_THAN", 7: "LESS_THAN_EQUALS"}
_NUMBERS |= {8: "IN", 9: "IS_SUBSTRING"}


class _Values(BaseModel):
    values: list[str | int] = Field(max_length=500)


def _either(snake: str, camel: str) -> AliasChoices:
    return AliasChoices(snake, camel)


class Predicate(BaseModel):
    """One condition of a filter."""

    operation: str | int = Field(validation_alias=AliasChoices("operation", "op"))
    key: str
    string_value: str | None = Field(None, validation_alias=_either("string_value", "stringValue"))
    int_value: int | None = Field(None, validation_alias=_either("int_value", "intValue"))
    long_value: int | None = Field(None, validation_alias=_either("long_value", "longValue"))
    timestamp_value: str | None = Field(None, validation_alias=_either("timestamp_value", "timestampValue"))
    string_values: _Values | None = Field(None, validation_alias=_either("string_values", "stringValues"))
    int_values: _Values | None = Field(None, validation_alias=_either("int_values", "intValues"))
    long_values: _Values | None = Field(None, validation_alias=_either("long_values", "longValues"))

    def value(self) -> str:
        """The one value to compare with, as text.

        Raises:
            InvalidArgumentError: there is none.
        """
        if self.timestamp_value is not None:
            try:
                return timestamp(moment(self.timestamp_value))
            except ValueError as error:
                raise InvalidArgumentError(f"Filter: {self.timestamp_value!r} is not an RFC 3339 time.") from error
        for value in (self.string_value, self.int_value, self.long_value):
            if value is not None:
                return str(value)
        raise InvalidArgumentError(f"Filter: the predicate on {self.key!r} has no value.")

    def values(self) -> list[str]:
        """The values of an IN predicate, as text.

        Raises:
            InvalidArgumentError: there are none.
        """
        for several in (self.string_values, self.int_values, self.long_values):
            if several is not None:
                return [str(value) for value in several.values]
        raise InvalidArgumentError(f"Filter: IN on {self.key!r} needs string_values, int_values or long_values.")


class _Filter(BaseModel):
    predicates: list[Predicate] = Field(default=[], max_length=50)


class _Cursor(BaseModel):
    """What a page token says: how the list was sorted and filtered, and the last row of the page before."""

    sort: str
    descending: bool
    filter: str
    value: str
    id: str


class PageQuery(NamedTuple):
    """The query parameters that every list takes."""

    page_token: str
    page_size: int
    sort_by: str
    filter: str


def _page_query(
    page_token: Annotated[str, Query(max_length=20_000)] = "",
    page_size: Annotated[int, Query(ge=0, le=2**31 - 1, description="0 means the default, 20; at most 200 are given.")] = 0,
    sort_by: Annotated[str, Query(max_length=200, description="`<field> [asc|desc]`")] = "",
    filter: Annotated[str, Query(max_length=10_000, description="JSON of upstream's Filter message")] = "",
) -> PageQuery:
    return PageQuery(page_token, page_size, sort_by, filter)


Page = Annotated[PageQuery, Depends(_page_query)]


class PageResult(NamedTuple):
    """One page of rows, how many there are in all, and the token of the next page ("" after the last)."""

    rows: list[Mapping[str, object]]
    total_size: int
    next_page_token: str


def list_rows(connection: Connection, table: Table, page: PageQuery, *scope: ColumnElement[bool]) -> PageResult:
    """The page of `table` that was asked for, among the rows in `scope`.

    Raises:
        InvalidArgumentError: filter, order or token make no sense.
    """
    cursor = _read_token(page)
    sort, descending = (cursor.sort, cursor.descending) if cursor else _read_order(table, page.sort_by)
    filter_text = cursor.filter if cursor else page.filter
    conditions = [*scope, *(_condition(table, predicate) for predicate in _read_filter(filter_text).predicates)]
    size = min(page.page_size or DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)

    total = connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()
    order = (_column(table, sort), next(iter(table.primary_key)))
    query = select(table).where(*conditions).order_by(*(key.desc() if descending else key.asc() for key in order)).limit(size + 1)
    if cursor:
        here, last = tuple_(*order), tuple_(cursor.value, cursor.id)
        query = query.where(here < last if descending else here > last)
    rows: list[Mapping[str, object]] = [dict(row) for row in connection.execute(query).mappings()]
    if len(rows) <= size:
        return PageResult(rows, total, "")
    last_row = rows[size - 1]
    token = _Cursor(
        sort=sort, descending=descending, filter=filter_text, value=str(last_row[order[0].name]), id=str(last_row[order[1].name])
    )
    return PageResult(rows[:size], total, base64.urlsafe_b64encode(token.model_dump_json().encode()).decode())


def _column(table: Table, field: str) -> Column[str]:
    """The text column behind a field name; upstream also takes `id` and `name`."""
    aliases = {"id": next(iter(table.primary_key)).name, "name": "display_name", "status": "state"}
    column = next((table.c[name] for name in (field, aliases.get(field, "")) if name in table.c), None)
    if column is None or column.type.python_type is not str:
        known = ", ".join(column.name for column in table.columns if column.type.python_type is str)
        raise InvalidArgumentError(f"Cannot sort or filter by {field!r}; the fields are {known}.")
    return column


def _read_order(table: Table, sort_by: str) -> tuple[str, bool]:
    field, _, direction = (sort_by.strip() or "created_at asc").partition(" ")
    if direction.strip().lower() not in ("", "asc", "desc"):
        raise InvalidArgumentError(f"sort_by {sort_by!r} is not of the form `<field> [asc|desc]`.")
    return _column(table, field).name, direction.strip().lower() == "desc"


def _read_filter(text: str) -> _Filter:
    if not text:
        return _Filter()
    try:
        return _Filter.model_validate_json(text)
    except ValidationError as error:
        reason = error.errors()[0]
        place = ".".join(str(part) for part in reason["loc"])
        raise InvalidArgumentError(f"filter is not valid: {place} {reason['msg']}.") from error


def _read_token(page: PageQuery) -> _Cursor | None:
    if not page.page_token:
        return None
    try:
        cursor = _Cursor.model_validate_json(base64.urlsafe_b64decode(page.page_token))
    except ValueError as error:  # binascii.Error and ValidationError are ValueErrors
        raise InvalidArgumentError("page_token is not one that this server gave out.") from error
    if page.filter and page.filter != cursor.filter:
        raise InvalidArgumentError("page_token belongs to a list with another filter.")
    return cursor


def _condition(table: Table, predicate: Predicate) -> ColumnElement[bool]:
    column = _column(table, predicate.key)
    operation = _NUMBERS.get(predicate.operation) if isinstance(predicate.operation, int) else predicate.operation
    match operation:
        case "EQUALS":
            return column == predicate.value()
        case "NOT_EQUALS":
            return column != predicate.value()
        case "GREATER_THAN":
            return column > predicate.value()
        case "GREATER_THAN_EQUALS":
            return column >= predicate.value()
        case "LESS_THAN":
            return column < predicate.value()
        case "LESS_THAN_EQUALS":
            return column <= predicate.value()
        case "IN":
            return column.in_(predicate.values())
        case "IS_SUBSTRING":
            return column.contains(predicate.value(), autoescape=True)
        case _:
            raise InvalidArgumentError(f"Filter: unknown operation {predicate.operation!r}; known are {', '.join(_NUMBERS.values())}.")
