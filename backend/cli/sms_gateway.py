"""A fake SMS gateway for who tries a server: it shows what it is asked, and sends nothing."""

import secrets

import click

from backend.cli.screen import tell
from backend.cli.spoken import Failure
from backend.cli.words import say
from notifications.channels.fake_gateway import FakeGateway, GatewayServer, Sms


@click.command("sms-gateway")
@click.option("--fake", is_flag=True, help="Said aloud: no SMS leaves from here.")
@click.option("--port", type=int, default=8090, show_default=True, help="Where to listen.")
@click.option("--token", default="", help="What the server sends as CARNET_SMS_TOKEN.")
@click.option("--failing", type=int, default=0, help="How many requests to refuse at first.")
def sms_gateway(port: int, token: str, failing: int, *, fake: bool) -> None:
    """Be an SMS gateway that sends nothing and shows each message; Ctrl-C ends it."""
    if not fake:
        raise click.UsageError(say("gateway-fake"))
    token = token or secrets.token_urlsafe(16)
    try:
        server = GatewayServer(("127.0.0.1", port), FakeGateway(token, failing=failing, show=_show))
    except (OSError, OverflowError):
        raise Failure(say("gateway-port", port=port)) from None
    tell("gateway-settings", whole=True, url=server.url, token=token)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        tell("gateway-ended", count=len(server.gateway.sent))
    finally:
        server.server_close()


def _show(sms: Sms) -> None:
    tell("gateway-sms", whole=True, to=sms.to, text=sms.text)
