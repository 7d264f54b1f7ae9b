"""What anyone would write to move a port: the bases of `smtp-tui set --match port=… port=…`.

Run with the URL of the list, the port of now and the new one. Each record is read, changed and read
again: four at a time with httpx, as the program does, or with `curl` one after the other. With
`anew`, httpx connects for each request, as the program does too.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

RECORDS = "/cam/api/v1/smtpconnections"
PATCH = "/cam/composer/api/v1/smtpconnections/patchConnectionParametersById"
AUTHORIZATION = f"Bearer {os.environ['BENCH_TOKEN']}"


def body(record_id: str, port: int) -> dict[str, Any]:
    """The body of a patch."""
    return {"id": record_id, "connection_parameters": [{"name": "port", "value": port}]}


def with_port(records: Iterable[dict[str, Any]], port: int) -> Iterator[str]:
    """The ids of the records that have a port."""
    pair = {"name": "port", "value": port}
    return (each["id"] for each in records if pair in each["connection_parameters"])


async def move(
    client: httpx.AsyncClient, ids: Iterator[str], query: dict[str, str], port: int
) -> None:
    """Move records until there are no more."""
    for record_id in ids:
        address = f"{RECORDS}/{record_id}"
        (await client.get(address, params=query)).raise_for_status().json()
        patch = {**query, "cloudOE_spaceGuid": "default"}
        sent = await client.post(PATCH, params=patch, json=body(record_id, port))
        sent.raise_for_status()
        (await client.get(address, params=query)).raise_for_status().json()


async def with_httpx(url: str, before: int, after: int, *, anew: bool) -> None:
    """Find the records with the port of now, and move them."""
    place = urlsplit(url)
    query = {"tenantId": parse_qs(place.query)["tenantId"][0], "ace_orgGuid": "all"}
    async with httpx.AsyncClient(
        base_url=f"{place.scheme}://{place.netloc}",
        headers={"Authorization": AUTHORIZATION},
        trust_env=False,
        limits=httpx.Limits(max_keepalive_connections=0 if anew else None),
    ) as client:
        ids = with_port((await client.get(url)).raise_for_status().json(), before)
        await asyncio.gather(*(move(client, ids, query, after) for _ in range(4)))


def curl(url: str, *options: str) -> bytes:
    """What a call of curl prints."""
    command = ("curl", "-sf", "-H", f"Authorization: {AUTHORIZATION}", *options, url)
    return subprocess.run(command, check=True, capture_output=True).stdout


def with_curl(url: str, before: int, after: int) -> None:
    """The same with a call of curl for each request."""
    place = urlsplit(url)
    base, query = f"{place.scheme}://{place.netloc}", place.query
    patch = f"{base}{PATCH}?{query}&{urlencode({'cloudOE_spaceGuid': 'default'})}"
    for record_id in with_port(json.loads(curl(url)), before):
        curl(f"{base}{RECORDS}/{record_id}?{query}")
        sent = json.dumps(body(record_id, after))
        curl(patch, "-H", "Content-Type: application/json", "-d", sent)
        curl(f"{base}{RECORDS}/{record_id}?{query}")


if __name__ == "__main__":
    ports = int(sys.argv[2]), int(sys.argv[3])
    if sys.argv[4:] == ["curl"]:
        with_curl(sys.argv[1], *ports)
    else:
        asyncio.run(with_httpx(sys.argv[1], *ports, anew=sys.argv[4:] == ["anew"]))
