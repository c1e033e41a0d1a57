"""The command socket: how a command reaches the process that has the database. Beside it, for the same user only.

One request a connection: a line of JSON in, a line of JSON out. While a command works, a sign of life a moment goes
before its reply, to whoever listens for them. Never does anything itself; that is `commands`' work.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import socket
import stat
import struct
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Annotated

import msgspec

from bot.clock import Now
from bot.commands import performed
from bot.openings import House, Refused
from bot.requests import Reply, Request
from bot.store import disk
from bot.workbook.progress import LOOKING_ON

LARGEST_REQUEST = 64 * 1024
BEAT_SECONDS = 0.25
"""So often a sign of life: a bar moves as if the work were done here."""

SILENT_SECONDS = 60.0
"""How long nothing may be heard. A process that ended is noticed at once; one that is silent is stopped or stuck."""

_LONGEST_PATH = 100  # bytes; Linux takes 107, other systems 103
_READ_WITHIN = 5.0
_CLOSE_WITHIN = 30.0
_LARGEST_REPLY = 16 * 1024 * 1024
_PEER = struct.Struct("3i")  # ucred: process, user, group

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
_Sign = tuple[_Count, _Count]
"""A line before the reply: the work goes on. How much is done, of how much; of 0 while that is not known."""

_log = logging.getLogger("kundresa.commands")


class NotAnswering(Exception):
    """Nobody listens at the socket; nothing was handed over."""


class ReplyLost(Exception):
    """The request was handed over and no reply came: it may have been done. The same id again is harmless."""


class _Handed(Request, frozen=True, omit_defaults=True):
    """A request as it is handed over. Only who `listens` is sent signs of life: others take one line."""

    listens: bool = False


def socket_path(database: Path) -> Path:
    """Where the socket of `database` lies: beside it, or, where that path is too long, in a folder of this user's.

    Refused if that folder is somebody else's.
    """
    real = database.resolve()
    beside = real.with_name(real.name + ".sock")
    if len(os.fsencode(beside)) <= _LONGEST_PATH:
        return beside
    folder = Path(tempfile.gettempdir()) / f"kundresa-{os.geteuid()}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise Refused(f"{folder}: is not a folder of this user's alone. Take it away, or shorten the database's path.")
    return folder / f"{hashlib.sha256(os.fsencode(real)).hexdigest()[:24]}.sock"


@asynccontextmanager
async def served(database: Path, house: House, now: Now) -> AsyncIterator[None]:
    """Take requests while inside. The caller holds the lock of `database`, so a socket that is there is a dead one's.

    Ends when the requests under way are done, or, after half a minute, breaks them off: whoever asked then does it
    again, under the same id. Refused if the socket can't be made.
    """
    path = socket_path(database)
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(_answer(reader, writer, house, now))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_unix_server(connected, sock=_bound(path), limit=LARGEST_REQUEST)
    try:
        yield
    finally:
        server.close()
        path.unlink(missing_ok=True)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_CLOSE_WITHIN)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


async def hand_over(database: Path, request: Request) -> Reply:
    """The reply of the process that has `database`. NotAnswering if there is none, ReplyLost if it broke off.

    Meanwhile `LOOKING_ON` hears how far it has come. Takes as long as there are signs of life. Refused for a request
    that is too large, for a socket of another user's, and when nothing was heard for SILENT_SECONDS.
    """
    line = msgspec.json.encode(_Handed(request.id, request.command, request.arguments, listens=True)) + b"\n"
    if len(line) > LARGEST_REQUEST:
        raise Refused("That is more than a command can take. Shorten what you wrote.")
    try:
        reader, writer = await asyncio.open_unix_connection(socket_path(database), limit=_LARGEST_REPLY)
    except PermissionError:
        raise Refused(f"{database}: is in use by another user's process. Run the command as that user.") from None
    except OSError:
        raise NotAnswering from None
    of = 0
    try:
        writer.write(line)
        await writer.drain()
        while True:
            async with asyncio.timeout(SILENT_SECONDS):
                answer = await reader.readuntil(b"\n")
            told: _Sign | Reply = msgspec.json.decode(answer, type=_Sign | Reply)
            if isinstance(told, Reply):
                return told
            done, of = told
            if of:
                LOOKING_ON.get()(done, of)
    except TimeoutError:
        silent = f"the process that has it has given no sign of life for {SILENT_SECONDS:.0f} seconds"
        raise Refused(f"{database}: {silent}. Look whether it was done before you ask for it again.") from None
    except (OSError, EOFError, asyncio.LimitOverrunError, msgspec.DecodeError):
        if of:
            LOOKING_ON.get()(0, of)  # it begins anew, wherever it is done next
        raise ReplyLost from None
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, house: House, now: Now) -> None:
    try:
        reply = await _reply(reader, writer, house, now)
        if reply is not None:
            writer.write(msgspec.json.encode(reply) + b"\n")
            await writer.drain()
    except OSError:
        _log.info("whoever sent a command did not wait for the reply")
    finally:
        writer.close()


async def _reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, house: House, now: Now) -> Reply | None:
    try:
        async with asyncio.timeout(_READ_WITHIN):
            line = await reader.readuntil(b"\n")
        if not _is_ours(writer.get_extra_info("socket")):
            return Reply(ok=False, refused="This process belongs to another user. Run the command as that user.")
        request = msgspec.json.decode(line, type=_Handed)
    except (EOFError, TimeoutError):
        return None
    except asyncio.LimitOverrunError:
        return Reply(ok=False, refused=f"A request has at most {LARGEST_REQUEST} bytes.")
    except msgspec.DecodeError as error:
        return Reply(ok=False, refused=f"That is no request: {error}.")
    try:
        if not request.listens:
            return await performed(house, request, now)
        async with _signs(writer):
            return await performed(house, request, now)
    except Exception as error:  # whatever it is, the process goes on, and whoever asked is told
        _log.exception("the command %r failed", request.command)
        if disk.of_the_disk(error):
            return Reply(ok=False, refused=str(disk.refused(house.store.path, error)))
        return Reply(ok=False, refused=f"It failed ({type(error).__name__}); the log of `kundresa run` says more.")


@asynccontextmanager
async def _signs(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    latest: _Sign = (0, 0)

    def look(done: int, of: int) -> None:  # from the thread that writes, perhaps for every row: only the latest is told
        nonlocal latest
        latest = (done, of)

    async def tell() -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            writer.write(msgspec.json.encode(latest) + b"\n")
            await writer.drain()  # whoever takes nothing is told nothing more, and the work goes on

    token = LOOKING_ON.set(look)
    telling = asyncio.create_task(tell())
    try:
        yield
    finally:
        LOOKING_ON.reset(token)
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
    if latest != (0, 0):
        writer.write(msgspec.json.encode(latest) + b"\n")


def _is_ours(connection: socket.socket) -> bool:
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:  # not Linux: the socket's permissions alone keep others out
        return True
    _, user, _ = _PEER.unpack(connection.getsockopt(socket.SOL_SOCKET, option, _PEER.size))
    return bool(user == os.geteuid())


def _bound(path: Path) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        if path.is_socket():
            path.unlink()
        listening.bind(str(path))
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        raise Refused(
            f"{path}: the command socket can't be made ({error.strerror}). Take away what is there."
        ) from error
    finally:
        os.umask(before)
    return listening
