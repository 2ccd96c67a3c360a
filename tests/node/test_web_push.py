"""What we encrypt for a browser, opened by a package that is none of ours.

CARNET_TEST_NODE_MODULES names the folder into which npm put `http_ece`.
"""

import json
import os
import subprocess
from pathlib import Path

import httpx
import pytest

from notifications.channels import web_push
from notifications.ports import ChannelName
from tests.unit.notifications.test_push import Phone, asked_of, delivery

MODULES = os.environ.get("CARNET_TEST_NODE_MODULES")
SCRIPT = Path(__file__).with_name("open_web_push.js")

pytestmark = pytest.mark.skipif(MODULES is None, reason="npm has installed nothing")


def opened(body: bytes, phone: Phone) -> subprocess.CompletedProcess[bytes]:
    """Let Node open a message."""
    number = phone.key.private_numbers().private_value.to_bytes(32)
    given = {
        "body": web_push.to_base64url(body),
        "key": web_push.to_base64url(number),
        "auth": web_push.to_base64url(phone.auth),
    }
    return subprocess.run(
        ["node", str(SCRIPT)],
        input=json.dumps(given).encode(),
        env={**os.environ, "NODE_PATH": str(MODULES)},
        capture_output=True,
        check=False,
        timeout=60,
    )


async def test_another_reading_of_the_rfc_opens_what_we_encrypt() -> None:
    """To the byte; and nobody else's key opens it."""
    phone = Phone()
    message = delivery(phone.way(), ChannelName.PUSH)
    (request,), _, _, _ = await asked_of(message, httpx.Response(201))

    read = opened(request.content, phone)
    by_another = opened(request.content, Phone())

    assert read.returncode == 0, read.stderr.decode()
    assert read.stdout == phone.read(request.content)
    assert json.loads(read.stdout)["language"] in ("fr", "en")
    assert by_another.returncode != 0
