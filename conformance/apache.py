"""Debian's Apache with mod_auth_openidc on a free port, with a configuration and a folder of its own."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
import requests

from applications import block
from process import clean_environment, free_port

BINARY = "/usr/sbin/apache2"
MODULES = Path("/usr/lib/apache2/modules")
#: What README.md's block is put into. The page has the claim by server-side includes.
CONFIGURATION = """
ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
Mutex file:{folder}
ErrorLog {folder}/error.log
LogLevel info
{modules}
{user}
TypesConfig /dev/null
AddType text/html .html
DocumentRoot {folder}/pages
<Directory {folder}/pages>
    Options +IncludesNOEXEC
    SetOutputFilter INCLUDES
    Require all granted
</Directory>
OIDCCABundlePath {folder}/ca.pem
{block}
"""
LOADED = ("mpm_event", "authn_core", "authz_core", "authz_user", "auth_openidc", "include", "dir", "mime")


class Apache:
    def __init__(self, ca: Path):
        if not os.access(BINARY, os.X_OK) or not (MODULES / "mod_auth_openidc.so").exists():
            pytest.skip("needs Apache with mod_auth_openidc: scripts/deps applications")
        # Its workers are another user where the suite is run by root: they must be able to get here.
        self.folder = Path(tempfile.mkdtemp(prefix="apache-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.process: subprocess.Popen | None = None
        shutil.copy(ca, self.folder / "ca.pem")
        (self.folder / "ca.pem").chmod(0o644)
        pages = self.folder / "pages"
        for name, text in {
            "private/index.html": '<p id="claims"><!--#echo var="OIDC_CLAIM_name" --> | <!--#echo var="REMOTE_USER" --></p>',
            "bye.html": "<p>Good bye</p>",
        }.items():
            (pages / name).parent.mkdir(parents=True, exist_ok=True)
            (pages / name).write_text(f"<!DOCTYPE html><title>Apache</title><body>{text}</body>\n")

    def start(self, **settings: str) -> "Apache":
        """`settings` are the variables that README.md's block names; Apache finds them in its environment."""
        (self.folder / "apache.conf").write_text(CONFIGURATION.format(
            folder=self.folder, port=self.port, block=block("Apache with mod_auth_openidc"),
            modules="\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in LOADED),
            user="User www-data\nGroup www-data" if os.getuid() == 0 else "",
        ))
        self.process = subprocess.Popen(
            [BINARY, "-f", str(self.folder / "apache.conf"), "-D", "FOREGROUND"], env=clean_environment(**settings, SITE=self.url),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        limit = time.monotonic() + 20
        while time.monotonic() < limit:
            if self.process.poll() is not None:
                raise RuntimeError(f"Apache ended: {self.process.stdout.read()}{self.log_text()}")
            try:
                if requests.get(self.url + "/bye.html", timeout=2).status_code == 200:
                    return self
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"Apache was not ready: {self.log_text()}")

    def log_text(self) -> str:
        log = self.folder / "error.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def close(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
