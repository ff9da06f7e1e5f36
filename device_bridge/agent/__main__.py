"""``python -m device_bridge.agent``: the same as ``jiujinban-bridge``."""

from device_bridge.agent.cli import app

app()
