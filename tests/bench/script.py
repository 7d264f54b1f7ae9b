"""What anyone would write to print lists: the base of `smtp-tui list`. Run with the URLs."""

import os
import sys

import httpx

for url in sys.argv[1:]:
    answer = httpx.get(url, headers={"Authorization": f"Bearer {os.environ['BENCH_TOKEN']}"})
    for record in answer.raise_for_status().json():
        given = {pair["name"]: pair.get("value") for pair in record["connection_parameters"]}
        print(record["name"], given["hostname"], given["port"], given["username"], record["id"])
