"""List files of every format as their sources write them, benign, with words planted that must not be kept."""

from __future__ import annotations

import hashlib
import json

MD5 = hashlib.md5(b"benign").hexdigest()
SHA1 = hashlib.sha1(b"benign").hexdigest()
SHA256 = hashlib.sha256(b"benign").hexdigest()
PDQ = "ab5d030d02aa8b78b4ff5491f77d6237505faa28780e97368700e9cc1bd512df"
PLANTED = "PlantedSeriesName"

NCMEC = f"""<?xml version="1.0" encoding="UTF-8"?>
<queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2">
 <images count="3" maxTimestamp="2026-11-20T10:30:00Z">
  <image>
   <member id="42">{PLANTED}</member><timestamp>2026-11-20T10:00:00Z</timestamp><id>image1</id>
   <classification>A1</classification>
   <fingerprints><md5>{MD5}</md5><sha1>{SHA1}</sha1><pdna rel="x" href="/v2/big"/></fingerprints>
   <feedback>{PLANTED}</feedback>
  </image>
  <deletedImage>
   <member id="43">Other</member><id>image4</id><timestamp>2026-11-20T10:30:00Z</timestamp>
  </deletedImage>
 </images>
 <videos count="1">
  <video><member id="43">Other</member><timestamp>2026-11-20T10:00:00Z</timestamp><id>v 1</id>
   <fingerprints><md5>{SHA1[:32]}</md5></fingerprints></video>
 </videos>
 <paging><next>/v2/entries?from=2026-11-01T00%3A00%3A00Z&amp;start=1001</next></paging>
</queryResult>
"""

VICS_KEY = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/Default/$metadata#Media"
VICS_RECORDS: list[object] = [
    {
        "MediaID": 1,
        "Category": 1,
        "MD5": MD5.upper(),
        "SHA1": SHA1.upper(),
        "MediaSize": 7,
        "Series": PLANTED,
        "Tags": [PLANTED, {"HashName": PLANTED, "HashValue": PLANTED}],
        "Comments": PLANTED,
        "RelativeFilePath": f"{PLANTED}.jpg",
        "MediaFiles": [{"MD5": "f" * 32, "FileName": PLANTED, "FilePath": PLANTED}],
        "Exifs": [{"PropertyName": PLANTED, "PropertyValue": PLANTED}],
        "IsSuspected": "true",
        "VictimIdentified": False,
        "OtherHashes": [
            {"HashName": "PhotoDNA", "HashValue": "AAAA"},
            {"HashName": "SHA-256", "HashValue": SHA256.upper()},
        ],
    },
    {"MediaID": 2, "Category": "2", "MD5": SHA1[:32]},
    {"MediaID": 3, "Category": 5, "MD5": SHA1[:32]},
    {"MediaID": 4, "Category": None, "MD5": SHA1[:32]},
    {"MediaID": 5, "Category": True, "MD5": SHA1[:32]},
    {"MediaID": 6, "Category": 1, "MD5": None, "PhotoDNA": "AAAA"},
    {"MediaID": 7, "Category": 1},
    "no record",
]


def vics(records: object = None, *, key: str = "@odata.context", value: str = VICS_KEY) -> bytes:
    """Write a hash set, by default one with every oddity of real ones."""
    made = {key: value, "value": VICS_RECORDS if records is None else records}
    return json.dumps(made, indent=1).encode()


ICSE_HEADER = (
    "MD5;SHA1;PhotoDNA;Image ID;Is distributed;Victim identified;Offender identified;Series name;"
    "Number of submissions;File Available;Media Type;Baseline"
)
ICSE = (
    f"{ICSE_HEADER}\n"
    f"{MD5};{SHA1};AAAA;1;1;0;0;{PLANTED};1;0;image;1\n"
    f"{SHA1[:32]};;;2;1;0;0;{PLANTED};1;0;image;0\n"
    f";;;3;1;0;0;{PLANTED};1;0;image;true\n"
)
THREATEXCHANGE = f"# local file\npdq {PDQ}\nvideo_md5 {MD5}\nvideo_tmk_pdqf AAAA\n{SHA1}\npdq a b\n"
VPDQ = f"0,100,{PDQ},0.000\n1,98,{PDQ},1.5\nbroken\n"
JSONL = (
    "\n".join(
        json.dumps(row)
        for row in (
            {"type": "sha-256", "value": SHA256, "reference": "R-1", "title": PLANTED},
            {
                "type": "pdq",
                "value": PDQ,
                "quality": 93,
                "classification": {"scheme": "INTERPOL", "value": "baseline"},
            },
            {"type": "md5", "value": MD5, "classification": "A1", "negative": True},
            {"type": "md5", "value": MD5, "classification": {"scheme": "uk"}},
            {"type": "md5", "value": MD5, "reference": "two words"},
            {"type": 5, "value": MD5},
            [1],
        )
    )
    + "\nno json\n"
)
