"""The practice mail desk takes real SMTP and acts on what it takes."""

from __future__ import annotations

import asyncio
import json
import ssl
from email.message import EmailMessage

import aiosmtplib
import pytest
from aiohttp import web
from practice_client import fetch, reported

from sandbox.desk.people import PARTNER, POLICE
from sandbox.network import PROVIDERS


async def send(description, recipient, message):
    trust = ssl.create_default_context(cadata=description.network.ca_pem)
    return await aiosmtplib.send(
        message,
        sender="notices@hotline.example",
        recipients=[recipient],
        hostname=description.smtp_host,
        port=description.smtp_port,
        start_tls=True,
        tls_context=trust,
        timeout=5,
    )


def notice(number, urls=(), answer=None, text="A notice."):
    message = EmailMessage()
    message["From"] = "notices@hotline.example"
    message["To"] = "someone@desk.test"
    message["Message-ID"] = f"<{number}@hotline.example>"
    message["Subject"] = f"HW-2026-{number:06d}-N1"
    message.set_content(text)
    document = {
        "serial": f"HW-{number}",
        "kind": "first",
        "locations": [{"url": u} for u in urls],
        "answer": answer or {},
    }
    message.add_attachment(
        json.dumps(document).encode(),
        maintype="application",
        subtype="json",
        filename="hostwatch-notice.json",
    )
    return message


async def test_mail_needs_starttls_and_a_known_mailbox(running, description):
    """A plain session may not send, and an unknown mailbox is refused at once."""
    plain = aiosmtplib.SMTP(
        hostname=description.smtp_host, port=description.smtp_port, start_tls=False, use_tls=False
    )
    async with plain:
        with pytest.raises(aiosmtplib.SMTPResponseException):
            await plain.sendmail("a@hotline.example", [POLICE], b"Subject: x\r\n\r\nx")
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await send(description, "nobody@quiet-rack.test", notice(1))
    assert "<1@hotline.example>" not in running.command("relay_log")["message_ids"]


async def test_a_host_takes_down_what_it_is_told_and_hosts(running, description):
    """The abuse desk of the host acts on the machine part; a foreign location stays."""
    before = running.command("stats")["stats"]["desk"]
    own = reported(description, "identified_service_taken_down")[0]
    foreign = reported(description, "abroad_no_partner")[0]
    await send(description, PROVIDERS["harbour"].abuse, notice(2, [own, foreign]))
    await asyncio.sleep(0.6)
    assert (await fetch(description, own)).status == 404
    assert (await fetch(description, foreign)).status == 200
    desk = running.command("stats")["stats"]["desk"]
    assert desk["taken_down"] == before.get("taken_down", 0) + 1
    assert desk["not_here"] == before.get("not_here", 0) + 1


async def test_an_ignoring_desk_ignores_but_the_story_goes_on(description):
    """A host that does not care leaves the thing where it is; its notice begins the script."""
    url = reported(description, "filter_later")[0]
    await send(description, PROVIDERS["quietrack"].abuse, notice(3, [url]))
    await asyncio.sleep(0.5)
    assert (await fetch(description, url, egress="home")).status == 404
    assert (await fetch(description, url, egress="abroad")).status == 200


async def test_every_accepted_message_stands_in_the_relay_log_as_often_as_it_came(
    running, description
):
    """The log would show a notice that was sent twice, and keeps the exact message."""
    message = notice(4, ["http://a.test/"])
    await send(description, POLICE, message)
    await send(description, POLICE, message)
    log = running.command("relay_log")["message_ids"]
    assert log.count("<4@hotline.example>") == 2
    mail = next(m for m in running.command("mails")["mails"] if m["serial"] == "HW-4")
    assert mail["recipients"] == [POLICE]
    assert mail["file_names"] == ["hostwatch-notice.json"]
    assert running.command("mail_source", message_id="<4@hotline.example>")["source"]


async def test_a_relay_may_put_off(running, description):
    """By command the server answers a passing failure; nothing enters the log."""
    running.command("mail_refuse", **{"with": "451 4.3.0 busy"})
    try:
        with pytest.raises(aiosmtplib.SMTPDataError):
            await send(description, POLICE, notice(5))
    finally:
        running.command("mail_refuse")
    assert "<5@hotline.example>" not in running.command("relay_log")["message_ids"]


async def test_a_robot_follows_links_and_a_partner_answers_with_the_code(running, description):
    """Each answers link is asked by GET and HEAD only; the partner accepts, removes, and says so."""
    asked = []

    async def answers(request):
        form = dict(await request.post()) if request.method == "POST" else {}
        asked.append((request.method, request.path, form))
        return web.Response(text="ok")

    runner = web.ServerRunner(web.Server(answers))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
    url = reported(description, "abroad_partner_taken_down")[1]
    text = f"Answer at {base}/answer/HW-6 with the code K7F-3QX. See {url}."
    answer = {"url": f"{base}/answer/HW-6", "code": "K7F-3QX"}
    await send(description, PARTNER, notice(6, [url], answer, text))
    await asyncio.sleep(1.0)
    await runner.cleanup()
    assert asked == [
        ("GET", "/answer/HW-6", {}),
        ("HEAD", "/answer/HW-6", {}),
        ("POST", "/answer/HW-6", {"code": "K7F-3QX", "claim": "accepted"}),
        ("POST", "/answer/HW-6", {"code": "K7F-3QX", "claim": "removed"}),
    ]
    assert (await fetch(description, url)).status == 404
    assert running.command("stats")["stats"]["desk"]["claims_taken"] == 2
