"""What anyone would write to print the list: the base of `smtp-tui list`. Run with the URL."""

import os
import sys

import httpx

answer = httpx.get(sys.argv[1], headers={"Authorization": f"Bearer {os.environ['BENCH_TOKEN']}"})
for record in answer.raise_for_status().json():
    given = {pair["name"]: pair.get("value") for pair in record["connection_parameters"]}
    print(record["name"], given["hostname"], given["port"], given["username"], record["id"])
