"""What every scene may ask for: real servers, a real browser (see docs/development.md, "Tests")."""

pytest_plugins = [
    "tests.services.pages",
    "tests.services.postgres",
    "tests.services.redis",
    "tests.services.servers",
]
