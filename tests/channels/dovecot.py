"""A Dovecot of this machine for tests: IMAP over a folder of its own, as an ordinary user."""

from __future__ import annotations

import imaplib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

from typing_extensions import Self

from tests.channels.ports import free_port

PASSWORD = "a-password-for-tests"
_START_SECONDS = 60
_CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
mail_fsync = never
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def missing() -> str | None:
    """Return why there can be no server here, or None where there can."""
    if _binary() is None or not Path("/usr/lib/dovecot/imap").exists():
        return "the IMAP server Dovecot is not installed (Debian: dovecot-imapd)"
    return None


class Dovecot:
    """A server on free ports of this host that lives as long as the ``with`` block; any user may log in."""

    def __init__(self, certificate: Path | None = None) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="parley-dovecot-"))
        self.port, self.tls_port = free_port(), free_port()
        self._certificate = certificate

    def url(self, folder: str = "INBOX") -> str:
        """Return the address for connections without encryption."""
        return f"imap+plain://127.0.0.1:{self.port}/{folder}"

    def __enter__(self) -> Self:
        as_root = os.geteuid() == 0
        user, group = ("nobody", "nogroup") if as_root else (str(os.geteuid()), str(os.getegid()))
        tls = ""
        if self._certificate is not None:
            own = self._folder / "certificate.pem"
            shutil.copy(self._certificate, own)
            tls = f"ssl_cert = <{own}\nssl_key = <{own}\n"
        configuration = self._folder / "dovecot.conf"
        configuration.write_text(
            _CONFIGURATION.format(
                folder=self._folder, user=user, group=group, port=self.port, tls_port=self.tls_port,
                password=PASSWORD, ssl="yes" if tls else "no",
            )
            + tls
        )  # fmt: skip
        if as_root:
            for path in (self._folder, *self._folder.iterdir()):
                shutil.chown(path, user, group)
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, again where it was stopped: its mails are still there."""
        options = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
        self._process = subprocess.Popen(
            [str(_binary()), "-F", "-c", str(self._folder / "dovecot.conf")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **options,  # type: ignore[call-overload]
        )
        ends_at = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > ends_at:
                log = self._folder / "log"
                raise RuntimeError(f"Dovecot did not start: {log.read_text()[-800:] if log.exists() else 'no log'}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it with all connections."""
        self._process.terminate()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(60)

    def deliver(self, user: str, raw: bytes) -> None:
        """Put a mail into a user's inbox."""
        with self._login(user) as imap:
            state, _ = imap.append("INBOX", "", imaplib.Time2Internaldate(time.time()), raw)
            assert state == "OK"

    def flags(self, user: str) -> list[str]:
        """Return the flags of all mails in a user's inbox, oldest first."""
        with self._login(user) as imap:
            imap.select("INBOX", readonly=True)
            _, found = imap.fetch("1:*", "(FLAGS)")
        return [line.decode() for line in found if isinstance(line, bytes)]

    def _login(self, user: str) -> imaplib.IMAP4:
        imap = imaplib.IMAP4("127.0.0.1", self.port, timeout=60)
        imap.login(user, PASSWORD)
        return imap

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                return connection.recv(4) == b"* OK"
        except OSError:
            return False


def _binary() -> str | None:
    return shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
