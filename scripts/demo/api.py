"""Call Home Assistant's REST and WebSocket API, as its front end does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
import secrets

from aiohttp import (
    ClientResponse,
    ClientSession,
    ClientWebSocketResponse,
    WSMessage,
    WSMsgType,
)
from mashumaro.codecs.basic import decode

from .failure import DemoError


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """A signed-in session, which decodes each answer into the given type."""

    session: ClientSession
    socket: ClientWebSocketResponse
    replies: asyncio.Queue[WSMessage] = field(default_factory=asyncio.Queue)
    numbers: count[int] = field(default_factory=lambda: count(1))

    async def post[T](self, shape: type[T], path: str, body: object) -> T:
        """Post JSON to a path below /api."""
        async with self.session.post(f"/api/{path}", json=body) as response:
            return decode(await _answer(path, response), shape)

    async def get[T](self, shape: type[T], path: str) -> T:
        """Get JSON from a path below /api."""
        async with self.session.get(f"/api/{path}") as response:
            return decode(await _answer(path, response), shape)

    async def delete(self, path: str) -> None:
        """Delete the object at a path below /api."""
        async with self.session.delete(f"/api/{path}") as response:
            await _answer(path, response)

    async def ask[T](self, shape: type[T], command: str, **fields: object) -> T:
        """Send a WebSocket command and return its result."""
        return decode(await self.send(command, **fields), shape)

    async def send(self, command: str, **fields: object) -> object:
        """Send a WebSocket command and return its result undecoded."""
        number = next(self.numbers)
        await self.socket.send_json({"id": number, "type": command, **fields})
        while True:
            message = await self.replies.get()
            if message.type is not WSMsgType.TEXT:
                raise DemoError("Home Assistant hung up")
            reply = message.json()
            if reply["id"] != number:
                continue
            if not reply["success"]:
                raise DemoError(f"{command}: {reply['error']['message']}")
            result: object = reply["result"]
            return result

    async def listen(self) -> None:
        """Receive messages, and answer pings, also while nobody asks anything."""
        while True:
            message = await self.socket.receive()
            self.replies.put_nowait(message)
            if message.type is not WSMsgType.TEXT:
                return


async def _answer(path: str, response: ClientResponse) -> object:
    """Return the JSON of an answer; raise DemoError for a refusal."""
    if not response.ok:
        raise DemoError(f"{path}: {response.status} {await response.text()}")
    answer: object = await response.json()
    return answer


@asynccontextmanager
async def sign_in(url: str) -> AsyncIterator[Api]:
    """Create the first user of a new Home Assistant, and sign in as this user."""
    async with ClientSession(url) as session:
        token = await _create_user(session, f"{url}/")
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        ClientSession(url, headers=headers) as session,
        session.ws_connect("/api/websocket", max_msg_size=0) as socket,
    ):
        await socket.receive_json()
        await socket.send_json({"type": "auth", "access_token": token})
        await socket.receive_json()
        api = Api(session=session, socket=socket)
        listening = asyncio.create_task(api.listen())
        try:
            yield api
        finally:
            listening.cancel()


async def _create_user(session: ClientSession, client_id: str) -> str:
    """Take the last onboarding step, which creates a user; return an access token."""
    user = {
        "name": "Demo",
        "username": "demo",
        # Nobody needs the password: trusted networks sign in without one.
        "password": secrets.token_urlsafe(),
        "language": "en",
        "client_id": client_id,
    }
    async with session.post("/api/onboarding/users", json=user) as response:
        response.raise_for_status()
        code = await response.json()
    grant = {
        "grant_type": "authorization_code",
        "code": code["auth_code"],
        "client_id": client_id,
    }
    async with session.post("/auth/token", data=grant) as response:
        response.raise_for_status()
        return str((await response.json())["access_token"])
