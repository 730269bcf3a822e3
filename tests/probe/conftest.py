"""What the tests of the probe share: certificates of an authority of their own."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme


@dataclass(frozen=True)
class Authority:
    """An authority, its certificate in a file, and servers with certificates of it."""

    ca: trustme.CA
    file: Path

    def server(
        self, *names: str, begins: int = -10, ends: int = 300, signer: trustme.CA | None = None, chain: bool = True
    ) -> ssl.SSLContext:
        """A server whose certificate has these names and lasts for these days from today."""
        now = datetime.now(UTC)
        leaf = (signer or self.ca).issue_cert(
            *names, not_before=now + timedelta(days=begins), not_after=now + timedelta(days=ends)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if chain:
            leaf.configure_cert(context)
        else:
            with leaf.private_key_pem.tempfile() as key, leaf.cert_chain_pems[0].tempfile() as cert:
                context.load_cert_chain(cert, key)
        return context

    def client(self, folder: Path) -> tuple[Path, Path]:
        """The files of a client's certificate and its key."""
        leaf = self.ca.issue_cert("gateway.example")
        cert, key = folder / "client.pem", folder / "client.key"
        leaf.cert_chain_pems[0].write_to_path(cert)
        leaf.private_key_pem.write_to_path(key)
        return cert, key


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority that the system does not know."""
    ca = trustme.CA()
    file = tmp_path_factory.mktemp("authority") / "ca.pem"
    ca.cert_pem.write_to_path(file)
    return Authority(ca, file)
