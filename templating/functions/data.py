"""`data.` and its short names: JSON, YAML, TOML, CSV."""

from __future__ import annotations

from math import isfinite

from .. import gojson
from ..errors import Failure
from ..kinds import StringMap, Strings, TypedList
from ..values import any_text, float_digits, plain, scientific, type_name
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("data", "Data formats")
add = FAMILY.add


def read(text: str, kind: str) -> Any:
    """The value a JSON or YAML text holds. JSON is read as the YAML it is: whole numbers stay integers."""
    if kind == "json":
        try:
            return gojson.loads(text, floats=False)
        except Failure:
            if text.lstrip()[:1] in ("{", "[") and len(text) > 100_000:
                raise  # that long it is JSON with a mistake, and the other reader is slow
    from ..goyaml import loads

    return loads(text)


def _map(value: Any, kind: str) -> dict[str, Any]:
    text = any_text(value)
    found = read(text, kind)
    if not isinstance(found, dict) and found is not None:
        raise Failure(f"Unable to unmarshal object {_start(text)}: it is a {type_name(found)}, not a map")
    return found or {}


def _list(value: Any, kind: str) -> list[Any]:
    text = any_text(value)
    found = read(text, kind)
    if not isinstance(found, list) and found is not None:
        raise Failure(f"Unable to unmarshal array {_start(text)}: it is a {type_name(found)}, not a list")
    return found or []


def _start(text: str) -> str:
    return text if len(text) <= 80 else text[:80] + "…"


@add("data.JSON json", "any", '{{ (json `{"q": 123456789012}`).q }}', "123456789012")
def data_json(value: Any) -> dict[str, Any]:
    """The map a JSON text holds; unlike fromJson, whole numbers are integers."""
    return _map(value, "json")


@add("data.JSONArray jsonArray", "any", '{{ jsonArray "[1]" }}', "[1]")
def data_json_array(value: Any) -> list[Any]:
    """The list a JSON text holds."""
    return _list(value, "json")


@add("data.YAML yaml", "any", '{{ (yaml "x: 0x10").x }}', "16")
def data_yaml(value: Any) -> dict[str, Any]:
    """The map a YAML text holds."""
    return _map(value, "yaml")


@add("data.YAMLArray yamlArray", "any", '{{ yamlArray "[1, 2]" }}', "[1 2]")
def data_yaml_array(value: Any) -> list[Any]:
    """The list a YAML text holds."""
    return _list(value, "yaml")


@add("data.TOML toml", "any", '{{ (toml "a = 5").a }}', "5")
def data_toml(value: Any) -> dict[str, Any]:
    """The map a TOML text holds."""
    import tomllib

    try:
        return _plain(tomllib.loads(any_text(value)))  # type: ignore[no-any-return]
    except tomllib.TOMLDecodeError as problem:
        raise Failure(f"Unable to unmarshal object {_start(any_text(value))}: {problem}") from None


def _plain(value: Any) -> Any:
    """TOML's dates as texts."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float) else value.isoformat()


@add("data.ToJSON toJSON", "any", '{{ toJSON (dict "a" "<x>") }}', '{"a":"\\u003cx\\u003e"}')
def data_to_json(value: Any) -> str:
    """JSON on one line; floats stay recognizable (`1.0`)."""
    return gojson.dumps(value, float_text=_json_float)


def _json_float(value: float) -> str:
    """A float that is one for every reader."""
    if not isfinite(value):
        raise Failure(f"json: unsupported value: {any_text(value)}")
    sign, digits, exponent = float_digits(value)
    if -7 < exponent < 21:
        text = plain(digits, exponent)
        return sign + (text if "." in text else text + ".0")
    return sign + scientific(digits, exponent)


@add("data.ToJSONPretty toJSONPretty", "string any", '{{ toJSONPretty "  " (list 1) }}', "[\n  1\n]")
def data_to_json_pretty(indent: str, value: Any) -> str:
    """JSON on several lines, with this indentation."""
    return gojson.dumps(value, indent=indent, float_text=_json_float)


@add("data.ToTOML toTOML", "any", '{{ toTOML (dict "a" 1 "t" (dict "b" true)) }}', "a = 1\n\n[t]\n  b = true\n")
def data_to_toml(value: Any) -> str:
    """TOML of a map."""
    if not isinstance(value, dict):
        raise Failure(f"Unable to marshal {_start(any_text(value))}: toml: top-level values must be Go maps or structs")
    out: list[str] = []
    _toml_table(value, (), out)
    return "".join(out)


def _toml_key(key: str) -> str:
    bare = key and all(char.isascii() and (char.isalnum() or char in "_-") for char in key)
    return key if bare else gojson.json_string(key, False)


def _toml_table(value: dict[str, Any], path: tuple[str, ...], out: list[str]) -> None:
    """Plain values first, then the tables below; each level two blanks further in."""
    tables: list[tuple[tuple[str, ...], Any]] = []
    pad = "  " * len(path)
    for key in sorted(value):
        item = value[key]
        if isinstance(item, dict) or (isinstance(item, list) and item and isinstance(item[0], dict)):
            tables.append(((*path, _toml_key(key)), item))
        elif item is not None:
            out.append(f"{pad}{_toml_key(key)} = {_toml_value(item)}\n")
    for full, item in tables:
        marks = ("[[", "]]") if isinstance(item, list) else ("[", "]")
        for inner in item if isinstance(item, list) else [item]:
            if out and (len(full) == 1 or isinstance(item, list)):
                out.append("\n")
            out.append(f"{pad}{marks[0]}{'.'.join(full)}{marks[1]}\n")
            _toml_table(inner, full, out)


def _toml_value(item: Any) -> str:
    if isinstance(item, list | tuple):
        return "[" + ", ".join([_toml_value(inner) for inner in item]) + "]"
    if isinstance(item, dict):
        return "{" + ", ".join([f"{_toml_key(key)} = {_toml_value(item[key])}" for key in sorted(item)]) + "}"
    if item is None:
        raise Failure("toml: cannot encode array with nil element")
    if isinstance(item, str):
        return gojson.json_string(item, False)
    if isinstance(item, float) and isfinite(item):
        sign, digits, exponent = float_digits(item)
        text = sign + plain(digits, exponent)
        return text if "." in text else text + ".0"
    return any_text(item)


# --- CSV ----------------------------------------------------------------------------------------------


def _records(values: tuple[str, ...]) -> tuple[list[Strings], Strings]:
    """[delimiter or header,] [header,] text → rows and header."""
    import csv
    from io import StringIO

    if not 1 <= len(values) <= 3:
        raise Failure(f"wrong number of args: wanted 1 to 3, got {len(values)}")
    delimiter, header = ",", None
    for position, option in enumerate(values[:-1]):
        if position == 0 and len(option) == 1:
            delimiter = option
        else:
            header = option
    rows: list[Strings] = []
    reader = csv.reader(StringIO(values[-1]), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if not row:
                continue
            if rows and len(row) != len(rows[0]):
                raise Failure(f"record on line {reader.line_num}: wrong number of fields")
            rows.append(Strings(row))
    except csv.Error as problem:
        raise Failure(f"parse error on line {reader.line_num}: {problem}") from None
    if header is None:
        names = rows.pop(0) if rows else Strings()
    elif header == "" and len(values) == 2:
        names = Strings([_column(number) for number in range(max(map(len, rows), default=0))])
    else:
        names = Strings(header.split(delimiter))
    return rows, names


def _column(number: int) -> str:
    name = ""
    number += 1
    while number:
        number, letter = divmod(number - 1, 26)
        name = chr(65 + letter) + name
    return name


@add("data.CSV csv", "string...", '{{ csv "a,b\\n1,2" }}', "[[a b] [1 2]]")
def data_csv(*values: str) -> TypedList:
    """The rows of a CSV text, the header first: [delimiter,] [header,] text."""
    rows, names = _records(values)
    return TypedList("[][]string", [names, *rows])


@add("data.CSVByRow csvByRow", "string...", '{{ csvByRow "a,b\\n1,2" }}', "[map[a:1 b:2]]")
def data_csv_by_row(*values: str) -> TypedList:
    """The rows of a CSV text as maps."""
    rows, names = _records(values)
    return TypedList("[]map[string]string", [StringMap(zip(names, row, strict=False)) for row in rows])


@add("data.CSVByColumn csvByColumn", "string...", '{{ (csvByColumn "a,b\\n1,2\\n3,4").b }}', "[2 4]")
def data_csv_by_column(*values: str) -> dict[str, Any]:
    """The columns of a CSV text as lists."""
    rows, names = _records(values)
    return {name: Strings([row[at] for row in rows if at < len(row)]) for at, name in enumerate(names)}


@add("data.ToCSV toCSV", "any any...", '{{ toCSV (list (list "a" "b") (list 1 2)) | toJson }}', '"a,b\\r\\n1,2\\r\\n"')
def data_to_csv(*values: Any) -> str:
    """CSV of a list of rows: [delimiter,] rows."""
    import csv
    from io import StringIO

    if not 1 <= len(values) <= 2:
        raise Failure(f"wrong number of args: wanted 1 or 2, got {len(values)}")
    rows = values[-1]
    if not isinstance(rows, list | tuple) or not all(isinstance(row, list | tuple) for row in rows):
        raise Failure(
            "Can't parse ToCSV input - must be a two-dimensional array (like [][]string or [][]interface{}) "
            f"(was {type_name(rows)})"
        )
    out = StringIO()
    writer = csv.writer(out, delimiter=any_text(values[0]) if len(values) == 2 else ",", lineterminator="\r\n")
    for row in rows:
        writer.writerow([any_text(item).replace("\n", "\r\n") for item in row])
    return out.getvalue()
