"""Reads copies with DuckDB and pyarrow, and prints types and rows as JSON.

read_back.py parquet FILE | csv FILE | ndjson FILE | sqlite FILE TABLE

Prints one object per reader: its name, the types of the columns, the rows with dates and times as ISO 8601 texts, and the
number of rows with `work_date >= date '2026-01-01'`.
"""
import datetime
import json
import sys

import duckdb
import pyarrow.compute as pc
import pyarrow.parquet as pq

FIRST = datetime.date(2026, 1, 1)


def text(value):
    if isinstance(value, datetime.datetime) and value.tzinfo:
        value = value.astimezone(datetime.timezone.utc)
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    raise TypeError(type(value))


def show(reader, types, rows, since):
    print(json.dumps({"reader": reader, "types": types, "rows": rows, "since": since}, default=text))


def by_duckdb(source):
    database = duckdb.connect()
    database.execute("set timezone = 'UTC'")
    result = database.execute(f"select * from {source}")
    names = [column[0] for column in result.description]
    types = {column[0]: str(column[1]) for column in result.description}
    rows = [dict(zip(names, row)) for row in result.fetchall()]
    since = database.execute(f"select count(*) from {source} where work_date >= date '2026-01-01'").fetchone()[0]
    show("DuckDB", types, rows, since)


kind, path = sys.argv[1:3]
if kind == "parquet":
    by_duckdb(f"read_parquet('{path}')")
    table = pq.read_table(path)
    types = {field.name: str(field.type) for field in table.schema}
    since = pc.sum(pc.greater_equal(table["work_date"], FIRST)).as_py()
    show("pyarrow", types, table.to_pylist(), since or 0)
elif kind == "csv":
    by_duckdb(f"read_csv('{path}', header = true, quote = '\"', escape = '\"', sample_size = -1)")
elif kind == "ndjson":
    by_duckdb(f"read_json('{path}', format = 'newline_delimited', sample_size = -1)")
