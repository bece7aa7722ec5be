"""`data.` and its short names: JSON, YAML, TOML, CSV, and data sources that are files."""

from __future__ import annotations

from .. import gojson
from ..errors import Failure
from ..kinds import StringMap, Strings
from ..values import text_of, type_name
from .conv import bytes_text
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("data", "Data formats")
add = FAMILY.add


def _map(value: Any, kind: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Failure(f"unable to unmarshal {kind} object: it is a {type_name(value)}, not a map")
    return value


def _list(value: Any, kind: str) -> list[Any]:
    if not isinstance(value, list):
        raise Failure(f"unable to unmarshal {kind} array: it is a {type_name(value)}, not a list")
    return value


@add("data.JSON json", "any", '{{ (json `{"q": "r"}`).q }}', "r")
def data_json(value: Any) -> dict[str, Any]:
    """The map a JSON text holds."""
    return _map(gojson.loads(bytes_text(value)), "json")


@add("data.JSONArray jsonArray", "any", '{{ jsonArray "[1]" }}', "[1]")
def data_json_array(value: Any) -> list[Any]:
    """The list a JSON text holds."""
    return _list(gojson.loads(bytes_text(value)), "json")


@add("data.YAML yaml", "any", '{{ (yaml "x: 0x10").x }}', "16")
def data_yaml(value: Any) -> dict[str, Any]:
    """The map a YAML text holds."""
    from ..goyaml import loads

    found = loads(bytes_text(value))
    return {} if found is None else _map(found, "yaml")


@add("data.YAMLArray yamlArray", "any", '{{ yamlArray "[1, 2]" }}', "[1 2]")
def data_yaml_array(value: Any) -> list[Any]:
    """The list a YAML text holds."""
    from ..goyaml import loads

    return _list(loads(bytes_text(value)), "yaml")


@add("data.TOML toml", "any", '{{ (toml "a = 5").a }}', "5")
def data_toml(value: Any) -> dict[str, Any]:
    """The map a TOML text holds."""
    import tomllib

    try:
        return _plain(tomllib.loads(bytes_text(value)))  # type: ignore[no-any-return]
    except tomllib.TOMLDecodeError as problem:
        raise Failure(f"toml: {problem}") from None


def _plain(value: Any) -> Any:
    """TOML's dates as texts."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float) else value.isoformat()


@add("data.ToJSON toJSON", "any", '{{ toJSON (dict "a" "<x>") }}', '{"a":"\\u003cx\\u003e"}')
def data_to_json(value: Any) -> str:
    """JSON on one line."""
    return gojson.dumps(value)


@add("data.ToJSONPretty toJSONPretty", "string any", '{{ toJSONPretty "  " (list 1) }}', "[\n  1\n]")
def data_to_json_pretty(indent: str, value: Any) -> str:
    """JSON on several lines, with this indentation."""
    return gojson.dumps(value, indent=indent)


@add("data.ToTOML toTOML", "any", '{{ toTOML (dict "a" 1 "t" (dict "b" true)) }}', "a = 1\n\n[t]\nb = true\n")
def data_to_toml(value: Any) -> str:
    """TOML of a map."""
    out: list[str] = []
    _toml_table(_map(value, "toml"), "", out)
    return "".join(out)


def _toml_key(key: str) -> str:
    return (
        key
        if key and all(char.isascii() and (char.isalnum() or char in "_-") for char in key)
        else (gojson.json_string(key, False))
    )


def _toml_table(value: dict[str, Any], path: str, out: list[str]) -> None:
    tables: list[tuple[str, Any]] = []
    for key in sorted(value):
        item = value[key]
        full = f"{path}.{_toml_key(key)}" if path else _toml_key(key)
        if isinstance(item, dict) or (
            isinstance(item, list) and item and all(isinstance(inner, dict) for inner in item)
        ):
            tables.append((full, item))
        elif item is not None:
            out.append(f"{_toml_key(key)} = {_toml_value(item)}\n")
    for full, item in tables:
        for inner in item if isinstance(item, list) else [item]:
            out.append(f"\n[[{full}]]\n" if isinstance(item, list) else f"\n[{full}]\n")
            _toml_table(inner, full, out)


def _toml_value(item: Any) -> str:
    if isinstance(item, list | tuple):
        return "[" + ", ".join([_toml_value(inner) for inner in item]) + "]"
    if isinstance(item, dict):
        return "{" + ", ".join([f"{_toml_key(key)} = {_toml_value(item[key])}" for key in sorted(item)]) + "}"
    if isinstance(item, str):
        return gojson.json_string(item, False)
    text = text_of(item)
    return text + ".0" if isinstance(item, float) and text.lstrip("-").isdigit() else text


# --- CSV ----------------------------------------------------------------------------------------------


def _records(values: tuple[Any, ...]) -> tuple[list[Strings], Strings]:
    """[delimiter or header,] [header,] text → rows and header."""
    import csv
    from io import StringIO

    if not 1 <= len(values) <= 3:
        raise Failure(f"wrong number of args: wanted 1 to 3, got {len(values)}")
    given = [text_of(value) for value in values[:-1]]
    delimiter, header = ",", None
    for option in given:
        if len(option) == 1 and header is None and option is given[0]:
            delimiter = option
        else:
            header = option
    rows = [Strings(row) for row in csv.reader(StringIO(bytes_text(values[-1])), delimiter=delimiter) if row]
    if header is None:
        names = rows.pop(0) if rows else Strings()
    elif header == "":
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


@add("data.CSV csv", "any any...", '{{ csv "a,b\\n1,2" }}', "[[a b] [1 2]]")
def data_csv(*values: Any) -> list[Strings]:
    """The rows of a CSV text, the header first: [delimiter,] [header,] text."""
    rows, names = _records(values)
    return [names, *rows]


@add("data.CSVByRow csvByRow", "any any...", '{{ csvByRow "a,b\\n1,2" }}', "[map[a:1 b:2]]")
def data_csv_by_row(*values: Any) -> list[StringMap]:
    """The rows of a CSV text as maps."""
    rows, names = _records(values)
    return [StringMap(zip(names, row, strict=False)) for row in rows]


@add("data.CSVByColumn csvByColumn", "any any...", '{{ (csvByColumn "a,b\\n1,2\\n3,4").b }}', "[2 4]")
def data_csv_by_column(*values: Any) -> dict[str, Any]:
    """The columns of a CSV text as lists."""
    rows, names = _records(values)
    return {name: Strings([row[at] for row in rows if at < len(row)]) for at, name in enumerate(names)}


@add("data.ToCSV toCSV", "any any...", '{{ toCSV (list (list "a" "b") (list 1 2)) | toJson }}', '"a,b\\r\\n1,2\\r\\n"')
def data_to_csv(*values: Any) -> str:
    """CSV of a list of rows: [delimiter,] rows."""
    import csv
    from io import StringIO

    if len(values) > 2:
        raise Failure(f"wrong number of args: wanted 1 or 2, got {len(values)}")
    out = StringIO()
    writer = csv.writer(out, delimiter=text_of(values[0]) if len(values) == 2 else ",", lineterminator="\r\n")
    for row in _list(values[-1], "csv"):
        writer.writerow([text_of(item) for item in _list(row, "csv")])
    return out.getvalue()


# --- data sources -------------------------------------------------------------------------------------


def _sources(rt: Any) -> dict[str, Any]:
    defined: dict[str, Any] = rt.extra.setdefault("datasources", {})
    if not defined and rt.policy.datasources:
        defined.update(rt.policy.datasources)
    return defined


def _url(rt: Any, alias: str) -> str:
    entry = _sources(rt).get(alias)
    if entry is None:
        if "/" in alias or ":" in alias:
            return alias
        raise Failure(f"undefined datasource '{alias}'")
    return text_of(entry.get("url", "") if isinstance(entry, dict) else entry)


def _content(rt: Any, alias: str, parts: tuple[Any, ...]) -> tuple[str, str]:
    """The text of a data source, and its path."""
    from .environment import variables
    from .files import read

    url = _url(rt, alias)
    scheme, colon, rest = url.partition(":")
    if colon and scheme == "env":
        return variables(rt).get(rest.lstrip("/").partition("?")[0], ""), "value.txt"
    if colon and len(scheme) > 1 and scheme not in ("file",):
        raise Failure(f"the datasource '{alias}' is a {scheme} URL: only file and env URLs can be read here")
    path = rest.removeprefix("//") if colon and scheme == "file" else url
    path, _, query = path.partition("?")
    for part in parts:
        path = path.rstrip("/") + "/" + text_of(part).lstrip("/") if path else text_of(part)
    kind = dict(pair.partition("=")[::2] for pair in query.split("&") if pair).get("type", "")
    return read(rt, path), {
        "application/json": "x.json",
        "application/yaml": "x.yaml",
        "text/csv": "x.csv",
        "application/toml": "x.toml",
        "text/plain": "x.txt",
    }.get(kind.replace("%2F", "/"), path)


def _parsed(text: str, path: str) -> Any:
    from ..goyaml import loads

    extension = path.rpartition("/")[2].rpartition(".")[2].lower()
    if extension == "json":
        return gojson.loads(text)
    if extension in ("yaml", "yml"):
        return loads(text)
    if extension == "toml":
        return data_toml(text)
    if extension == "csv":
        return data_csv(text)
    if extension == "env":
        pairs = (line.partition("=") for line in text.splitlines() if "=" in line and not line.lstrip().startswith("#"))
        return StringMap({name.strip().removeprefix("export "): value.strip().strip("'\"") for name, _, value in pairs})
    return text


@add(
    "datasource ds",
    "string any...",
    '{{ if datasourceExists "conf" }}{{ (ds "conf").a }}{{ end }}ok',
    "ok",
    context=True,
)
def datasource(rt: Any, alias: str, *parts: Any) -> Any:
    """The content of a data source, read by its kind (json, yaml, toml, csv, env, text)."""
    return _parsed(*_content(rt, alias, parts))


@add(
    "include", "string any...", '{{ if datasourceExists "notes" }}{{ include "notes" }}{{ end }}ok', "ok", context=True
)
def include(rt: Any, alias: str, *parts: Any) -> str:
    """The content of a data source as it is."""
    return _content(rt, alias, parts)[0]


@add(
    "defineDatasource",
    "string string",
    '{{ defineDatasource "x" "file:x.json" }}{{ datasourceExists "x" }}',
    "true",
    context=True,
)
def define_datasource(rt: Any, alias: str, url: str) -> str:
    """Name a data source for the rest of this template."""
    _sources(rt).setdefault(alias, url)
    return ""


@add("datasourceExists", "string", '{{ datasourceExists "nope" }}', "false", context=True)
def datasource_exists(rt: Any, alias: str) -> bool:
    """Whether a data source is defined."""
    return alias in _sources(rt)


@add("datasourceReachable", "string any...", '{{ datasourceReachable "nope" }}', "false", context=True)
def datasource_reachable(rt: Any, alias: str, *parts: Any) -> bool:
    """Whether a data source is defined and can be read."""
    try:
        return alias in _sources(rt) and _content(rt, alias, parts) is not None
    except Failure:
        return False


@add("listDatasources", "", "{{ listDatasources }}", "[]", context=True)
def list_datasources(rt: Any) -> Strings:
    """The sorted names of all data sources."""
    return Strings(sorted(_sources(rt)))
