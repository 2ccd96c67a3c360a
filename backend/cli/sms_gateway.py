"""A fake SMS gateway for who tries a server: it shows what it is asked, and sends nothing."""

import secrets

import click
from rich.console import Console
from rich.markup import escape

from backend.cli.main import Failure
from notifications.channels.fake_gateway import FakeGateway, GatewayServer, Sms

console = Console(highlight=False)


@click.command("sms-gateway")
@click.option("--fake", is_flag=True, help="Said aloud: no SMS leaves from here.")
@click.option("--port", type=int, default=8090, show_default=True, help="Where to listen.")
@click.option("--token", default="", help="What the server sends as CARNET_SMS_TOKEN.")
@click.option("--failing", type=int, default=0, help="How many requests to refuse at first.")
def sms_gateway(port: int, token: str, failing: int, *, fake: bool) -> None:
    """Be an SMS gateway that sends nothing and shows each message; Ctrl-C ends it."""
    if not fake:
        raise Failure("This gateway sends nothing. Say so with --fake, or rent a real one.")
    token = token or secrets.token_urlsafe(16)
    try:
        server = GatewayServer(("127.0.0.1", port), FakeGateway(token, failing=failing, show=_show))
    except OSError:
        raise Failure(f"Port {port} is taken. Choose another with --port.") from None
    console.print(f"CARNET_SMS_URL={server.url} CARNET_SMS_TOKEN={token}", soft_wrap=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        console.print(f"{len(server.gateway.sent)} SMS were not sent.")
    finally:
        server.server_close()


def _show(sms: Sms) -> None:
    console.print(f"[bold]{escape(sms.to)}[/bold]: {escape(sms.text)}", soft_wrap=True)
