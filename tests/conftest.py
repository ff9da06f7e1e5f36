"""What every scene may ask for: real servers, a real browser (see docs/development.md, "Tests")."""

import os

# An encoder would read the catalogue of every house a scene opens; a scene that is about it switches it on.
os.environ.setdefault("JIUJINBAN_ENCODER", "0")

pytest_plugins = [
    "tests.services.pages",
    "tests.services.postgres",
    "tests.services.redis",
    "tests.services.servers",
]
