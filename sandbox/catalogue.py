"""The practice catalogue of services and the practice partner hotline, as reviewed TOML."""

from __future__ import annotations

from datetime import date

from sandbox.desk.people import PARTNER, SITE_OWNER
from sandbox.network import PROVIDERS

POLICE_NAME = "National Police, online child protection unit (practice)"
_FRONT, _PLATFORM, _HOST = (PROVIDERS[key] for key in ("shieldfront", "bucketpier", "pixelpier"))
_CATALOGUE = f"""\
[[provider]]
id = "shieldfront"
name = "{_FRONT.name}"
kind = "front"
asns = [{_FRONT.asn}]
prefixes = ["{_FRONT.prefix}"]
cname_suffixes = ["edge.shieldfront.test"]
header_markers = {{ server = "shieldfront", x-shield-ray = "" }}
has_abuse_desk = true
legal_country = "US"
verified_on = {{today}}
source = "practice"

[[provider.channel]]
type = "mail"
value = "{_FRONT.abuse}"

[[provider]]
id = "bucketpier"
name = "{_PLATFORM.name}"
kind = "platform"
host_suffixes = ["bucketpier.test"]
cname_suffixes = ["edge.bucketpier.test"]
asns = [{_PLATFORM.asn}]
has_abuse_desk = true
legal_country = "NL"
verified_on = {{today}}
source = "practice"

[[provider.channel]]
type = "mail"
value = "{_PLATFORM.abuse}"

[[provider]]
id = "pixelpier"
name = "{_HOST.name}"
kind = "host"
asns = [{_HOST.asn}]
has_abuse_desk = true
legal_country = "NL"
verified_on = {{today}}
source = "practice"

[[provider.channel]]
type = "mail"
value = "{_HOST.abuse}"

[[provider]]
id = "townhall"
name = "Townhall Boards"
kind = "operator"
registered_domains = ["townhall.test"]
has_abuse_desk = true
legal_country = "NL"
verified_on = {{today}}
source = "practice"

[[provider.channel]]
type = "mail"
value = "{SITE_OWNER}"
"""
PARTNERS = f"""\
[[partner]]
id = "hotline-nord"
name = "Hotline Nord (practice)"
countries = ["DE"]
address = "{PARTNER}"
language = "en"
transfer_basis = "Practice agreement between the two hotlines"
illegal_here = ["*"]
"""


def catalogue(today: date) -> str:
    """Return the catalogue, its channels checked today."""
    # Not str.format: the inline tables have braces of their own.
    return _CATALOGUE.replace("{today}", today.isoformat())
