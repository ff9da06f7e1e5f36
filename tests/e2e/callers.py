"""Somebody who speaks to the server without a page: for what happens elsewhere while the phone is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aiohttp

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ApiCaller:
    """One signed-in identity of the demo."""

    url: str
    token: str

    @classmethod
    async def sign_in(cls, url: str, identity: str) -> ApiCaller:
        """Sign in as that identity."""
        signed_in = await _post(f"{url}/api/v1/auth/demo", {"identity": identity})
        return cls(url, str(signed_in["token"]))

    async def ask(self, path: str, **form: object) -> Answer:
        """Do something; the test fails when it is refused."""
        return await _post(f"{self.url}/api/v1{path}", form, {"Authorization": f"Bearer {self.token}"})

    async def see(self, path: str) -> Answer:
        """Look at something."""
        headers = {"Authorization": f"Bearer {self.token}"}
        address = f"{self.url}/api/v1{path}"
        async with aiohttp.ClientSession(headers=headers) as session, session.get(address) as answer:
            said: Answer = await answer.json(content_type=None)
            assert answer.ok, said
            return said

    async def act(self, case: Answer, act: str, **form: object) -> Answer:
        """Do something to a case as it was last seen; gives the case as it is then."""
        return await self.ask(f"/cases/{case['id']}/{act}", version=case["version"], **form)


async def _post(address: str, form: object, headers: dict[str, str] | None = None) -> Answer:
    async with aiohttp.ClientSession(headers=headers) as session, session.post(address, json=form) as answer:
        said: Answer = await answer.json(content_type=None)
        assert answer.ok, said
        return said
