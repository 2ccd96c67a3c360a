"""`carnet doctor`: what is well with an installation, what is not, and what to do."""

import asyncio
import os
import shutil
import socket
import sqlite3
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
import msgspec

from backend.cli.heard import heard
from backend.cli.operator_client import running_at
from backend.cli.screen import Mark, show
from backend.cli.spoken import Failure
from backend.cli.words import say
from backend.migrations import HEAD
from backend.settings import (
    DATABASE_FILE,
    NO_CALENDAR,
    Settings,
    SettingsInvalid,
    read_settings,
    refuse_unsafe,
)

_PORTS = {"https": 443, "http": 80, "smtps": 465, "smtp": 587}
_GIB, _MIB = 30, 20


class Finding(msgspec.Struct, frozen=True):
    """What was looked at: how it is, in a sentence that says what to do."""

    mark: Mark
    words: str


def _found(mark: Mark, key: str, /, **values: object) -> Finding:
    return Finding(mark, say(key, **values))


def _heard(error: Exception) -> Finding:
    return Finding("bad", heard(str(error)))


@click.command()
def doctor() -> None:
    """Check settings, database, keys, clock and SQLite, and say what to do."""
    try:
        settings = read_settings()
    except SettingsInvalid as error:
        raise Failure(heard(str(error))) from None
    findings = [finding for check in _CHECKS for finding in check(settings)]
    for one in findings:
        show(one.words, mark=one.mark)
    if any(one.mark == "bad" for one in findings):
        raise SystemExit(1)


def _check_settings(settings: Settings) -> list[Finding]:
    told = _found(
        "ok",
        "doctor-profile",
        profile=settings.profile.value,
        folder=settings.data_folder,
        address=settings.address,
    )
    try:
        refuse_unsafe(settings)
    except SettingsInvalid as error:
        return [told, _heard(error)]
    return [told]


def _check_messages(settings: Settings) -> list[Finding]:
    if settings.message_channel != "gateway":
        return [_found("warn", "doctor-messages-file")]
    findings = [
        _reached(url, name) if url else _found("warn", key, name=name)
        for name, url, key in (
            ("CARNET_SMS_URL", settings.sms_url, "doctor-no-sms"),
            ("CARNET_SMTP_URL", settings.smtp_url, "doctor-no-mail"),
        )
    ]
    if settings.sms_url and not settings.sms_token:
        findings.append(_found("warn", "doctor-sms-token"))
    if not settings.mail_from:
        findings.append(_found("warn", "doctor-mail-from"))
    return findings


def _reached(url: str, name: str) -> Finding:
    """Say whether something listens there; nothing is sent to it, and no secret shown."""
    parts = urlsplit(url)
    port = parts.port or _PORTS[parts.scheme]
    place = f"{parts.hostname}:{port}"
    try:
        with socket.create_connection((parts.hostname or "", port), timeout=3):
            return _found("ok", "doctor-answers", name=name, place=place)
    except OSError:
        return _found("bad", "doctor-silent", name=name, place=place)


def _check_calendar(settings: Settings) -> list[Finding]:
    from backend.calendars import reads_of

    if not settings.reminders:
        return [_found("warn", "doctor-no-reminders")]
    if settings.calendar == NO_CALENDAR:
        return [_found("warn", "doctor-no-calendar")]
    try:
        reads_of(settings)
    except SettingsInvalid as error:
        return [_heard(error)]
    if settings.campaigns_file is None:
        return [_found("ok", "doctor-calendar", name=settings.calendar)]
    file = settings.campaigns_file
    return [_found("ok", "doctor-campaigns", name=settings.calendar, file=file)]


def _check_rings(settings: Settings) -> list[Finding]:
    from notifications.core.customs import CustomsInvalid
    from notifications.customs import customs

    if not settings.reminders:
        return []
    try:
        customs()
    except CustomsInvalid as error:
        return [_heard(error)]
    return []


def _check_folder(settings: Settings) -> list[Finding]:
    folder = settings.data_folder
    if folder.exists() and not folder.is_dir():
        return [_found("bad", "doctor-folder-is-file", folder=folder)]
    if not folder.exists():
        return [_found("warn", "doctor-folder-none")]
    if not os.access(folder, os.W_OK):
        return [_found("bad", "doctor-folder-shut", folder=folder)]
    free = shutil.disk_usage(folder).free
    if free < 1 << _GIB:
        return [_found("bad", "doctor-full", free=free >> _MIB)]
    return [_found("ok", "doctor-free", free=free >> _GIB)]


def _check_database(settings: Settings) -> list[Finding]:
    from sqlalchemy.exc import DBAPIError

    from backend.cli.serve import why_refused
    from backend.migrations.runner import current_revision

    if settings.database_url == "sqlite" and not (settings.data_folder / DATABASE_FILE).exists():
        return [_found("warn", "doctor-database-none")]
    try:
        found = asyncio.run(current_revision(settings.database_url, settings.data_folder))
    except (OSError, sqlite3.DatabaseError, DBAPIError) as error:
        return [_found("bad", "doctor-database-shut", why=why_refused(error))]
    if found != HEAD:
        now = found or say("database-empty")
        return [_found("warn", "doctor-database-behind", found=now, head=HEAD)]
    running = running_at(settings)
    if running:
        return [_found("ok", "doctor-database-served", address=running)]
    return [_found("ok", "doctor-database")]


def _check_keys(settings: Settings) -> list[Finding]:
    from backend.cli.key_check import what_does_not_open
    from backend.kernel.sealing import FileKeys, KeyFileUnsafe

    path = settings.keys_path
    database = settings.data_folder / DATABASE_FILE
    is_file = settings.database_url == "sqlite" and database.is_file()
    try:
        trouble = what_does_not_open(database, path) if is_file else None
        if trouble is not None:
            return [Finding("bad", trouble)]
        if not path.exists():
            return [_found("warn", "doctor-key-none", path=path)]
        FileKeys.open(path)
    except (KeyFileUnsafe, OSError) as error:
        return [_heard(error)]
    return [_found("ok", "doctor-key", mode=f"{stat.S_IMODE(path.stat().st_mode):04o}")]


def _check_clock(settings: Settings) -> list[Finding]:
    now = datetime.now(UTC)
    database = settings.data_folder / DATABASE_FILE
    if database.exists():
        behind = database.stat().st_mtime - now.timestamp()
        if behind > 2:
            return [_found("bad", "doctor-clock-behind", seconds=f"{behind:.0f}")]
    if now.year < 2026:
        return [_found("bad", "doctor-clock-wrong", day=f"{now:%Y-%m-%d}")]
    try:
        local = now.astimezone(ZoneInfo("Europe/Paris"))
    except ZoneInfoNotFoundError:
        return [_found("bad", "doctor-no-zones")]
    return [_found("ok", "doctor-clock", time=f"{local:%Y-%m-%d %H:%M}")]


def _check_sqlite(settings: Settings) -> list[Finding]:
    if settings.database_url != "sqlite":
        return []
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < (3, 35):
        return [_found("bad", "doctor-sqlite-old", version=version)]
    is_mended = sqlite3.sqlite_version_info >= (3, 51, 3)
    return [_found("ok", "doctor-sqlite" if is_mended else "doctor-sqlite-care", version=version)]


_CHECKS: tuple[Callable[[Settings], list[Finding]], ...] = (
    _check_settings,
    _check_messages,
    _check_calendar,
    _check_rings,
    _check_folder,
    _check_database,
    _check_keys,
    _check_clock,
    _check_sqlite,
)
