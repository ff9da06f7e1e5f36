"""The network of a test ends at this machine."""

import socket

import pytest
from pytest_socket import SocketConnectBlockedError

from tests.services.launching import free_port

DOCUMENTATION_ADDRESS = "192.0.2.1"  # RFC 5737: belongs to nobody


@pytest.mark.filterwarnings("ignore:A test tried to use socket:UserWarning")
def test_a_test_cannot_reach_another_machine():
    """A forgotten fake is noticed at once, not when the other machine is down."""
    with socket.socket() as line, pytest.raises(SocketConnectBlockedError):
        line.connect((DOCUMENTATION_ADDRESS, 80))


def test_a_test_may_talk_to_servers_on_this_machine():
    """The servers a test starts listen on loopback."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as line,
    ):
        accepted, _ = server.accept()
        with accepted:
            line.sendall(b"here")

            assert accepted.recv(4) == b"here"


def test_a_free_port_can_be_listened_on():
    """Whoever asks for a port gets one that works."""
    port = free_port()

    with socket.create_server(("127.0.0.1", port)) as server:
        assert server.getsockname()[1] == port
