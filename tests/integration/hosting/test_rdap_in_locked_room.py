"""Registry answers are read in a locked worker."""

from __future__ import annotations

import json

from crawler.hosting.rdap_reader import read_record
from isolation.pool import Pool, PoolPlan

JOBS = {"rdap": "crawler.hosting.rdap_job:read_rdap"}
ANSWER = {
    "objectClassName": "ip network",
    "startAddress": "192.0.2.0",
    "endAddress": "192.0.2.255",
    "entities": [
        {"roles": ["abuse"], "vcardArray": ["vcard", [["email", {}, "text", "abuse@a.example"]]]}
    ],
}


async def test_answers_are_read_in_a_locked_worker():
    """A real locked worker passes its self-test, reads an answer and survives a hostile one."""
    async with Pool(PoolPlan(jobs=JOBS, workers=1, held=1)) as pool:
        hostile = await pool.call("rdap", {}, b'{"a":' * 150_000)
        record = await pool.call("rdap", {}, json.dumps(ANSWER).encode())
    assert hostile == {"error": "malformed_answer"}
    assert read_record(record).abuse_email == "abuse@a.example"
