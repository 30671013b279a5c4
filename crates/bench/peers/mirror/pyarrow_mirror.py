"""Copies the time registrations with requests and pyarrow: pyarrow_mirror.py BASE TOKEN FILE."""
import sys

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import requests

base, token, file = sys.argv[1:]
session = requests.Session()
session.headers["Authorization"] = f"Bearer {token}"
params, writer, schema = {"ChunkLimit": 5000}, None, None
while True:
    response = session.get(f"{base}/v1/time-registrations", params=params)
    response.raise_for_status()
    page = response.json()
    table = pa.Table.from_pylist(page["data"], schema=schema)
    schema = table.schema
    for index, name in enumerate(table.column_names):
        if name == "workDate" or name.endswith("DateTime"):
            texts = pc.utf8_rtrim(pc.utf8_slice_codeunits(table.column(index), 0, 26), "Z")
            table = table.set_column(index, name, pc.cast(texts, pa.timestamp("us")))
    writer = writer or pq.ParquetWriter(file, table.schema)
    writer.write_table(table)
    params["ContinuationToken"] = page["continuationToken"]
    if not params["ContinuationToken"]:
        break
writer.close()
