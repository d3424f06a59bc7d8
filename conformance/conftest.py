import os
import tempfile
from pathlib import Path

import pytest

from issuer import Issuer
from keys import ECKey
from process import Server
from redis_server import RedisServer
from relying_party import Provider

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser):
    parser.addoption("--issuer", default=os.environ.get("ISSUER"), help="test this server instead of starting one")
    parser.addoption("--redis", action="store_true", help="start a redis-server, and have every server use it")


def pytest_configure(config):
    if config.getoption("--redis"):
        folder = tempfile.TemporaryDirectory()
        redis = RedisServer(Path(folder.name)).start()
        config.add_cleanup(folder.cleanup)
        config.add_cleanup(redis.kill)
        Server.redis_url = redis.url


def pytest_report_header(config):
    return f"server under test: {config.getoption('--issuer') or os.environ.get('MARTLET_BINARY') or 'none'}"


@pytest.fixture(scope="session")
def binary(request) -> str:
    """The binary, for the tests that start servers of their own or use the command line."""
    if request.config.getoption("--issuer"):
        pytest.skip("needs the binary, and --issuer names a server that runs already")
    path = os.environ.get("MARTLET_BINARY")
    if not path or not os.access(path, os.X_OK):
        pytest.exit("say which server to test: --issuer URL, or MARTLET_BINARY=path of the binary", returncode=2)
    return path


@pytest.fixture(scope="session")
def server(binary, tmp_path_factory):
    """The server that most tests share: development mode, rate limits off."""
    server = Server(binary, tmp_path_factory.mktemp("shared")).start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def issuer(request) -> Issuer:
    url = request.config.getoption("--issuer")
    return Issuer(url) if url else request.getfixturevalue("server").issuer


@pytest.fixture(scope="module")
def provider(request, binary, tmp_path_factory):
    """The provider that the modules of a plan share, over TLS; `OPTIONS` of the file are those of its command."""
    provider = Provider(binary, tmp_path_factory.mktemp("provider"), *getattr(request.module, "OPTIONS", ()))
    yield provider
    provider.close()


@pytest.fixture
def end_of_module(provider):
    yield
    provider.end_of_module()


@pytest.fixture
def start(binary, tmp_path):
    """Starts servers of other configurations: `start("--option", …, rate_limits="on")`. They end with the test."""
    started: list[Server] = []

    def start(*options: str, **settings) -> Server:
        server = Server(binary, tmp_path / str(len(started)), *options, **settings)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.kill()


@pytest.fixture(autouse=True, scope="module")
def alive(request):
    """After each file the shared server is the process it was before, and healthy."""
    if request.config.getoption("--issuer") or not {"issuer", "server"} & _fixtures_of(request):
        yield
        return
    server = request.getfixturevalue("server")
    before = server.process.pid
    yield
    assert server.process.poll() is None, f"the server ended: {server.log_text()[-2000:]}"
    assert server.process.pid == before
    assert server.issuer.healthy()


def _fixtures_of(request) -> set[str]:
    return {name for item in request.session.items if item.fspath == request.fspath for name in item.fixturenames}


@pytest.fixture(scope="session")
def account(issuer):
    """An account with a P-256 key, for the tests that only need some account."""
    return issuer.register(ECKey())


@pytest.fixture(scope="session")
def key_client(server):
    """A registered client with `private_key_jwt` and an ES256 key."""
    return server.add_client("private_key_jwt")
