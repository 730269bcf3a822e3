"""Certificates for upstreams of the lab, made by the openssl command, thrown away afterwards. Source: openssl-ca(1)."""

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gwdiag.model.problem import Exit, Problem

CONFIGURATION = """
[ca]
default_ca = lab
[lab]
new_certs_dir = {folder}
database = {folder}/{name}.index
serial = {folder}/{name}.serial
certificate = {folder}/{name}.pem
private_key = {folder}/{name}.pem
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = nobody
[nobody]
"""


class Authority:
    """An authority of its own: `<name>.pem` has its certificate and key."""

    def __init__(self, folder: Path, name: str, title: str) -> None:
        self._folder, self._name = folder, name
        self.file = folder / f"{name}.pem"
        (folder / f"{name}.cnf").write_text(CONFIGURATION.format(folder=folder, name=name))
        (folder / f"{name}.index").write_text("")
        (folder / f"{name}.serial").write_text("1000\n")
        self._key(self.file)
        words = [
            "req",
            "-x509",
            "-new",
            "-key",
            self.file,
            "-subj",
            f"/CN={title}",
            "-days",
            "30",
            "-out",
            f"{self.file}.crt",
        ]
        words += ["-config", folder / f"{name}.cnf", "-addext", "basicConstraints=critical,CA:TRUE"]
        words += ["-addext", "keyUsage=critical,keyCertSign", "-addext", "subjectKeyIdentifier=hash"]
        _openssl(*words)
        with self.file.open("a") as file:
            file.write(Path(f"{self.file}.crt").read_text())

    def issue(self, name: str, host: str, *, ended: timedelta | None = None) -> str:
        """The file name of a certificate with its key. `ended`: so long ago it ran out."""
        file = self._folder / f"{name}.pem"
        self._key(file)
        request, made = self._folder / f"{name}.csr", self._folder / f"{name}.crt"
        kind = "IP" if host.replace(".", "").isdigit() else "DNS"
        _openssl(
            *("req", "-new", "-key", file, "-subj", f"/CN={host}", "-out", request),
            *("-config", self._folder / f"{self._name}.cnf", "-addext", f"subjectAltName={kind}:{host}"),
        )
        now = datetime.now(UTC)
        first = now - (ended or timedelta()) - timedelta(days=80)
        last = now - ended if ended else now + timedelta(days=60)
        _openssl(
            *("ca", "-batch", "-notext", "-config", self._folder / f"{self._name}.cnf", "-in", request, "-out", made),
            *("-startdate", f"{first:%Y%m%d%H%M%SZ}", "-enddate", f"{last:%Y%m%d%H%M%SZ}"),
        )
        with file.open("a") as stream:
            stream.write(made.read_text())
        return file.name

    def _key(self, file: Path) -> None:
        _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", file)


def missing() -> str:
    """Why there can be no certificates; empty where there can."""
    return "" if shutil.which("openssl") else "the openssl command is not installed"


def trust(folder: Path, authority: Authority) -> None:
    """What gateways of the lab are to trust, one more."""
    with (folder / "trusted.pem").open("a") as file:
        file.write(Path(f"{authority.file}.crt").read_text())


def _openssl(*words: object) -> None:
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise Problem(f"openssl {words[0]}: {said[-1] if said else done.returncode}", Exit.NOTHING_DONE)
