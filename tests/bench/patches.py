"""What anyone would write to move a port: the base of `smtp-tui set --match port=… port=…`.

Run with the URL of the list, the port of now and the new one. Each record is read, changed and read
again, four at a time, as the program does.
"""

import asyncio
import os
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

RECORDS = "/cam/api/v1/smtpconnections"
PATCH = "/cam/composer/api/v1/smtpconnections/patchConnectionParametersById"


async def move(client: httpx.AsyncClient, ids: Iterator[str], tenant: str, port: int) -> None:
    """Move records until there are no more."""
    query = {"tenantId": tenant, "ace_orgGuid": "all"}
    for record_id in ids:
        address = f"{RECORDS}/{record_id}"
        (await client.get(address, params=query)).raise_for_status().json()
        changes = [{"name": "port", "value": port}]
        body = {"id": record_id, "connection_parameters": changes}
        patch = {**query, "cloudOE_spaceGuid": "default"}
        (await client.post(PATCH, params=patch, json=body)).raise_for_status()
        (await client.get(address, params=query)).raise_for_status().json()


async def main(url: str, before: int, after: int) -> None:
    """Find the records with the port of now, and move them."""
    headers = {"Authorization": f"Bearer {os.environ['BENCH_TOKEN']}"}
    place = urlsplit(url)
    base, tenant = f"{place.scheme}://{place.netloc}", parse_qs(place.query)["tenantId"][0]
    async with httpx.AsyncClient(base_url=base, headers=headers, trust_env=False) as client:
        records: list[dict[str, Any]] = (await client.get(url)).raise_for_status().json()
        pair = {"name": "port", "value": before}
        ids = iter([each["id"] for each in records if pair in each["connection_parameters"]])
        await asyncio.gather(*(move(client, ids, tenant, after) for _ in range(4)))


asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
