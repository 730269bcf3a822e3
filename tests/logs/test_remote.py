"""Logs at an address: the same rules as for files, and one line for whatever keeps them away."""

import gzip
import importlib.util
import io
import os
import socket
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gwdiag.logs.remote import is_address, shown
from gwdiag.logs.source import LogFile, Unreadable, content_of, files, last_change, open_log, opened
from tests.logs.test_source import CONTENT, found, put

LINES = b"".join(b"%07d\n" % number for number in range(600_000))
"""4.8 MB: more than is asked for at once."""


def contents(*addresses: str) -> dict[str, bytes]:
    listed = [one for one in found(*addresses) if isinstance(one, LogFile)]
    return {one.path: content_of(one, 1 << 30) for one in listed}


def reason(address: str) -> str:
    [one] = found(address)
    assert isinstance(one, Unreadable)
    return one.reason


@pytest.mark.parametrize(
    "address", ["s3://bucket/logs", "https://example.com/a.log", "memory://a", "zip::s3://b/a.zip"]
)
def test_an_address_has_a_scheme(address):
    assert is_address(address)


@pytest.mark.parametrize("path", ["/var/log", "a.log", "C://logs", "C:\\logs", "a:b", "-", "a::b", "logs/s3://x"])
def test_a_path_is_no_address(path):
    assert not is_address(path)
    assert shown(path) == path


@pytest.mark.parametrize(
    ("address", "as_shown"),
    [
        ("s3://bucket/user@host.log", "s3://bucket/user@host.log"),
        ("s3://bucket/gw-?.log", "s3://bucket/gw-?.log"),
        ("s3://KEY:SE/CR/ET@bucket/a.log", "s3://bucket/a.log"),
        ("https://me:secret@example.com:8443/a.log", "https://example.com:8443/a.log"),
        ("https://example.com:8443/a@b.log", "https://example.com:8443/a@b.log"),
        ("https://b.s3.amazonaws.com/a.log?X-Amz-Signature=secret&x=1", "https://b.s3.amazonaws.com/a.log"),
        ("zip://*.log::https://me:secret@example.com/a.zip?sig=secret", "zip://*.log::https://example.com/a.zip"),
    ],
)
def test_an_address_is_shown_without_credentials(address, as_shown):
    assert shown(address) == as_shown


@pytest.fixture
def memory() -> Iterator[dict[str, bytes]]:
    """Files at memory://, to be put into it."""
    import fsspec

    system = fsspec.filesystem("memory")
    system.store.clear()
    system.pseudo_dirs[:] = [""]

    class Files(dict[str, bytes]):
        def __setitem__(self, path: str, content: bytes) -> None:
            system.pipe_file(path, content)

    yield Files()
    system.store.clear()


def test_a_file_at_an_address(memory):
    memory["/logs/gateway.log"] = LINES

    assert found("memory://logs/gateway.log") == [LogFile("memory://logs/gateway.log", None, "gateway", chosen=True)]
    assert contents("memory://logs/gateway.log") == {"memory://logs/gateway.log": LINES}


def test_folders_and_globs_at_an_address(memory):
    for path in ("/logs/b/two.log", "/logs/b/c/three.log", "/logs/one.log", "/logs/x/nodes/gw-9/four.log", "/other/a"):
        memory[path] = path.encode()

    assert (
        found("memory://logs")
        == found("memory://logs/")
        == [
            LogFile("memory://logs/b/c/three.log", "b", "three", chosen=False),
            LogFile("memory://logs/b/two.log", "b", "two", chosen=False),
            LogFile("memory://logs/one.log", None, "one", chosen=False),
            LogFile("memory://logs/x/nodes/gw-9/four.log", "gw-9", "four", chosen=False),
        ]
    )
    assert {content.decode() for content in contents("memory://logs/**/*.log").values()} == {
        "/logs/b/two.log",
        "/logs/b/c/three.log",
        "/logs/x/nodes/gw-9/four.log",
        "/logs/one.log",
    }
    assert [one.node for one in found("memory://log?/b*") if isinstance(one, LogFile)] == ["c", None]


def test_a_file_whose_name_looks_like_a_glob_is_that_file(memory):
    memory["/logs/[a].log"] = CONTENT

    assert list(contents("memory://logs/[a].log").values()) == [CONTENT]


def test_nodes_at_an_address_can_be_told(memory):
    memory["/logs/gw-1/a.log"] = memory["/logs/gw-2/a.log"] = b""

    assert [one.node for one in found("memory://logs", told="memory://logs/gw-2")] == ["gw-1", "told"]


def test_each_file_at_an_address_comes_once(memory):
    memory["/logs/a.log"] = b""

    assert len(found("memory://logs/a.log", "memory://logs/a.log", "memory://logs")) == 1


def test_compressed_files_and_archives_at_an_address(memory):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name in ("gw-1/a.log", "gw-2/a.log"):
            about = tarfile.TarInfo(name)
            about.size = len(CONTENT)
            archive.addfile(about, io.BytesIO(CONTENT))
    memory["/a.log.gz"] = gzip.compress(LINES)
    memory["/a.tar"] = made.getvalue()
    memory["/a.tgz"] = gzip.compress(made.getvalue())

    assert contents("memory://a.log.gz") == {"memory://a.log.gz": LINES}
    for name in ("a.tar", "a.tgz"):
        assert contents(f"memory://{name}") == {
            f"memory://{name}!gw-1/a.log": CONTENT,
            f"memory://{name}!gw-2/a.log": CONTENT,
        }


def test_one_can_seek_in_a_file_at_an_address_and_read_several_side_by_side(memory):
    memory["/a.log"] = LINES
    [file] = files(["memory://a.log"], {})
    assert isinstance(file, LogFile)

    with open_log(file) as (first, size), open_log(file) as (second, _):
        first.seek(4_000_000)
        blocks = first.read1(8), second.read1(8), first.read1(8)

    assert (size, blocks) == (len(LINES), (b"0500000\n", b"0000000\n", b"0500001\n"))


def test_an_address_can_be_opened_as_a_path_can(memory):
    memory["/a.log"] = CONTENT

    with opened("memory://a.log") as (stream, size):
        assert (stream.read1(100), size) == (CONTENT, len(CONTENT))
    with pytest.raises(IsADirectoryError):
        opened("memory://")


@pytest.mark.parametrize("address", ["memory://absent.log", "memory://absent/*.log", "memory://absent/"])
def test_what_is_not_there_is_said(memory, address):
    assert found(address) == [Unreadable(address, "No such file or directory")]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("foo://x/y", "foo:// is no kind of address that is known"),
        ("gs://bucket/a.log", "a package for gs:// is not installed: pip install 'gwdiag[gcs]'"),
        ("ftp://me:secret@127.0.0.1:1/a.log", "[Errno 111] Connection refused"),
    ],
)
def test_what_cannot_be_reached_is_said_in_one_line(address, said):
    if address.startswith("gs") and importlib.util.find_spec("gcsfs"):
        pytest.skip("it is installed")
    assert reason(address) == said


def test_a_package_that_is_missing_is_named():
    """In a process of its own that has no s3fs."""
    program = (
        "import sys; sys.modules['s3fs'] = None; sys.modules['aiohttp'] = None\n"
        "from gwdiag.logs.source import files\n"
        "for one in files(['s3://k:s@b/a', 'http://h/a'], {}): print(one.path, one.reason)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == [
        "s3://b/a a package for s3:// is not installed: pip install 'gwdiag[s3]'",
        "http://h/a a package for http:// is not installed: pip install 'gwdiag[http]'",
    ]


def test_fsspec_is_loaded_only_for_an_address(tmp_path):
    program = (
        "import sys; from gwdiag.logs.source import files\n"
        "list(files(sys.argv[1:], {})); print({'fsspec', 'zstandard', 'aiohttp', 's3fs'} & set(sys.modules))"
    )
    path = put(tmp_path / "a.log")
    done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder. Like many a server it gives files only as a whole."""

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        if "/closed/" in self.path:
            self.send_error(403)
        elif "/broken/" in self.path:
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            self.wfile.write(LINES[:500_000])
        elif "/endless/" in self.path and self.path.endswith("/"):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b'<a href="deeper/">deeper/</a>')
        else:
            super().do_GET()

    def do_HEAD(self) -> None:
        if "/closed/" in self.path or "/broken/" in self.path:
            self.send_error(403)
        else:
            super().do_HEAD()


@pytest.fixture
def web(tmp_path) -> Iterator[str]:
    """The address of a web server for the folder `www`."""
    pytest.importorskip("aiohttp")
    (tmp_path / "www").mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "www"))) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_files_of_a_web_server(web, tmp_path):
    put(tmp_path / "www/a.log", LINES)
    path = put(tmp_path / "www/b.log.gz", gzip.compress(LINES))
    os.utime(path, (1_795_161_600, 1_795_161_600))

    [file] = found(f"{web}/b.log.gz?token=secret")

    assert file == LogFile(f"{web}/b.log.gz", None, "b", chosen=True)
    assert content_of(file, 1 << 30) == LINES
    assert last_change(file) == 1_795_161_600
    assert contents(f"{web}/a.log") == {f"{web}/a.log": LINES}


def test_folders_and_globs_of_a_web_server(web, tmp_path):
    put(tmp_path / "www/logs/gw-1/a.log", CONTENT)
    put(tmp_path / "www/logs/gw-2/a.log", CONTENT)

    assert found(f"{web}/logs/") == [
        LogFile(f"{web}/logs/gw-1/a.log", "gw-1", "a", chosen=False),
        LogFile(f"{web}/logs/gw-2/a.log", "gw-2", "a", chosen=False),
    ]
    assert contents(f"{web}/logs/gw-1/*.log") == {f"{web}/logs/gw-1/a.log": CONTENT}


def test_folders_of_a_web_server_that_have_no_end_end(web):
    assert found(f"{web}/endless/") == []


def test_an_archive_on_a_web_server(web, tmp_path):
    with tarfile.open(tmp_path / "www/a.tgz", "w:gz") as archive:
        archive.add(put(tmp_path / "gw-1/a.log"), "top/gw-1/a.log")

    assert contents(f"{web}/a.tgz") == {f"{web}/a.tgz!top/gw-1/a.log": CONTENT}


def test_what_a_web_server_refuses_is_said(web):
    assert reason(f"{web}/absent.log") == "No such file or directory"
    assert reason(f"{web}/closed/a.log") == "Permission denied"


def test_a_connection_that_breaks_is_said(web):
    [file] = found(f"{web}/broken/a.log")
    assert isinstance(file, LogFile)

    with pytest.raises(OSError, match="Response payload is not completed") as raised, open_log(file) as (stream, _):
        list(iter(lambda: stream.read1(1000), b""))

    assert "\n" not in (raised.value.strerror or "\n")


def test_a_host_that_does_not_listen_is_said_without_its_credentials():
    pytest.importorskip("aiohttp")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        [one] = found(f"http://me:secret@127.0.0.1:{port}/a.log?token=secret")

    assert isinstance(one, Unreadable)
    assert one.path == f"http://127.0.0.1:{port}/a.log"
    assert one.reason.startswith(f"Cannot connect to host 127.0.0.1:{port} ")
    assert "secret" not in one.reason


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The endpoint of a server that speaks S3."""
    pytest.importorskip("s3fs")
    moto_server = pytest.importorskip("moto.server")
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3, monkeypatch) -> Iterator[dict[str, bytes]]:
    """A bucket named `logs`, to be put into, and an environment that leads to it."""
    import boto3
    import s3fs

    for name, value in {
        "AWS_ENDPOINT_URL": s3,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    s3fs.S3FileSystem.clear_instance_cache()
    client = boto3.client("s3")
    client.create_bucket(Bucket="logs")

    class Files(dict[str, bytes]):
        def __setitem__(self, key: str, content: bytes) -> None:
            client.put_object(Bucket="logs", Key=key, Body=content)

    yield Files()
    for one in client.list_objects_v2(Bucket="logs").get("Contents", []):
        client.delete_object(Bucket="logs", Key=one["Key"])
    client.close()


def test_files_folders_and_globs_of_a_bucket(bucket):
    bucket["prod/gw-1/gateway.log"] = LINES
    bucket["prod/gw-2/gateway.log.gz"] = gzip.compress(CONTENT)

    assert found("s3://logs/prod") == [
        LogFile("s3://logs/prod/gw-1/gateway.log", "gw-1", "gateway", chosen=False),
        LogFile("s3://logs/prod/gw-2/gateway.log.gz", "gw-2", "gateway", chosen=False),
    ]
    assert found("s3://logs/prod/gw-1/gateway.log") == [
        LogFile("s3://logs/prod/gw-1/gateway.log", None, "gateway", chosen=True)
    ]
    assert contents("s3://logs/prod/*/*.log*") == {
        "s3://logs/prod/gw-1/gateway.log": LINES,
        "s3://logs/prod/gw-2/gateway.log.gz": CONTENT,
    }


def test_one_can_seek_in_a_file_of_a_bucket(bucket):
    bucket["a.log"] = LINES
    [file] = found("s3://logs/a.log")
    assert isinstance(file, LogFile)

    with open_log(file) as (stream, size):
        stream.seek(4_000_000)
        assert (size, stream.read1(8)) == (len(LINES), b"0500000\n")
    assert (last_change(file) or 0) > 1_700_000_000


def test_a_bucket_that_is_not_there_is_said(bucket):
    assert reason("s3://absent/a.log") == "No such file or directory"
    assert reason("s3://logs/absent.log") == "No such file or directory"


def test_a_bucket_without_credentials_is_said(bucket, monkeypatch):
    import s3fs

    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    s3fs.S3FileSystem.clear_instance_cache()

    assert reason("s3://logs/a.log") == "Unable to locate credentials"


def test_a_bucket_that_cannot_be_reached_is_said(bucket, monkeypatch):
    import s3fs

    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    s3fs.S3FileSystem.clear_instance_cache()

    assert reason("s3://logs/a.log").startswith('Could not connect to the endpoint URL: "http://127.0.0.1:1/')


def test_a_key_in_an_address_is_not_shown_whatever_the_library_says(bucket):
    [one] = found("s3://KEY:SE/CR/ET@logs/a.log")

    assert isinstance(one, Unreadable)
    assert one.path == "s3://logs/a.log"
    assert "KEY" not in one.reason
    assert "SE/CR" not in one.reason
    assert "CR/ET" not in one.reason
