"""A Pejl on another machine, as the terminal speaks with it: HTTP and nothing else.

    with Remote(login) as far:
        far.me()["workspace"]["slug"]

What it answers is JSON as it came, numbers exact. Whatever goes wrong is `Failed`, in one line that never
holds the token. Writes carry an `Idempotency-Key`, so that they are sent again after a lost answer.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, BinaryIO, Final, NoReturn, Self
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx

from pejl import __version__
from pejl.cli import logins, wires
from pejl.cli.logins import Login
from pejl.cli.wires import Failed, Missing, Refused, Told

MOST: Final = 200
PATIENCE: Final = httpx.Timeout(60, connect=10)
LONG: Final = httpx.Timeout(600, connect=10)
WAITS: Final = (0.3, 1.0)
EXPORTED_WITHIN: Final = 900
_AGAIN: Final = frozenset({502, 503, 504})
_FIRST_WRONG: Final = 400
_SERVER: Final = 500
_ALREADY: Final = 409
_UNUSABLE: Final = 422


class Remote:
    """`waits` are the seconds before each further try; () for an answer that must come at once."""

    def __init__(
        self,
        login: Login,
        *,
        patience: httpx.Timeout = PATIENCE,
        waits: tuple[float, ...] | None = None,
    ) -> None:
        self.login = login
        self._waits = WAITS if waits is None else waits
        self._client = httpx.Client(
            base_url=f"{login.url}{logins.API}",
            headers={
                "Authorization": f"Bearer {login.token}",
                "Accept": "application/json",
                "User-Agent": f"pejl/{__version__}",
            },
            timeout=patience,
            follow_redirects=False,
            # A proxy would see a token that is sent in the clear, and does not know what this machine is.
            trust_env=login.url.startswith("https:"),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def me(self) -> Told:
        return self._one("GET", "/me", needs=("person", "role", "workspace"))

    def goals(self, **filters: str) -> Iterator[Told]:
        """Every goal that fits, a part at a time."""
        return self._every("/goals", filters)

    def goal(self, goal_id: UUID) -> Told:
        return self._one("GET", f"/goals/{goal_id}", needs=("id", "title"))

    def forecast(self, goal_id: UUID) -> Told:
        return self._one("GET", f"/goals/{goal_id}/forecast", needs=())

    def turns(self) -> list[Told] | None:
        """What the person is asked for: `{goal, due, due_at}`. None where the server does not tell."""
        try:
            return list(self._every("/me/due", {}))
        except Missing:
            return None

    def teams(self) -> list[Told]:
        return list(self._every("/teams", {}))

    def people(self) -> list[Told]:
        return list(self._every("/people", {}))

    def periods(self) -> list[Told]:
        return list(self._every("/periods", {}))

    def checkin(self, goal_id: UUID, body: Told) -> Told:
        """`{checkin, goal}`. Raises `Refused`."""
        # Without a language, so that a figure with two readings is refused and not guessed.
        return self._sent(f"/goals/{goal_id}/checkins", body, needs=("checkin", "goal"), language="")

    def plan(self, content: bytes, *, prune: bool) -> Told:
        """Raises `Refused`, with what must be mended at its path in the file."""
        params = {"prune": "true"} if prune else {}
        return self._one(
            "POST", "/plan", params=params, content=content, kind="application/yaml", needs=("id", "add")
        )

    def apply(self, content: bytes, *, plan_id: str) -> list[str]:
        """The ids of the goals that were added. Raises `Refused`."""
        told = self._one(
            "POST",
            "/plan/application",
            params={"id": plan_id},
            content=content,
            kind="application/yaml",
            key=True,
            needs=("added",),
        )
        return [str(one) for one in told["added"]]

    def export(
        self, form: str, out: BinaryIO, *, as_of: str | None, seen: Callable[[int, int | None], None]
    ) -> None:
        """Asks for an export, waits for it and writes it to `out`. `seen(bytes, of)` tells how far it is;
        `of` is None where the server does not say."""
        body = {"format": form} | ({} if as_of is None else {"as_of": as_of})
        told = self._sent("/exports", body, needs=("id", "state"), timeout=LONG)
        number = _id(told["id"])
        end = time.monotonic() + EXPORTED_WITHIN
        while told["state"] not in {"ready", "failed"}:
            if time.monotonic() > end:
                raise Failed("The export is not ready yet: ask again later.")
            time.sleep(1)
            told = self._one("GET", f"/exports/{number}", needs=("state",))
        if told["state"] == "failed":
            raise Failed("The server could not write the export.")
        # Not by the `url` of the answer: the token goes to no other address than the one that was given.
        self._download(f"/exports/{number}/file", out, seen)

    def _download(self, path: str, out: BinaryIO, seen: Callable[[int, int | None], None]) -> None:
        try:
            with self._client.stream("GET", path, headers={"Accept": "*/*"}) as answer:
                if not answer.is_success:
                    answer.read()
                    self._refuse(answer)
                size = answer.headers.get("Content-Length", "")
                whole = int(size) if size.isdigit() and "Content-Encoding" not in answer.headers else None
                done = 0
                for part in answer.iter_bytes():
                    out.write(part)
                    done += len(part)
                    seen(done, whole)
        except httpx.HTTPError as error:
            self._unreached(error)

    def _every(self, path: str, params: Mapping[str, str]) -> Iterator[Told]:
        cursor: str | None = ""
        before: set[str] = set()
        while cursor is not None:
            asked = {**params, "limit": str(MOST)} | ({"cursor": cursor} if cursor else {})
            told = self._one("GET", path, params=asked, needs=("items",))
            yield from told["items"]
            cursor = told.get("next") or None
            if cursor is not None and cursor in before:
                raise self._strange()
            before.add(cursor or "")

    def _sent(
        self,
        path: str,
        body: Told,
        *,
        needs: tuple[str, ...],
        language: str = "en",
        timeout: httpx.Timeout | None = None,
    ) -> Told:
        content = wires.encoded(body).encode()
        return self._one(
            "POST",
            path,
            content=content,
            kind="application/json",
            key=True,
            needs=needs,
            language=language,
            timeout=timeout,
        )

    def _one(
        self,
        method: str,
        path: str,
        *,
        needs: tuple[str, ...],
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
        kind: str = "",
        key: bool = False,
        language: str = "en",
        timeout: httpx.Timeout | None = None,
    ) -> Told:
        headers = {"Content-Type": kind} if kind else {}
        if key:
            headers["Idempotency-Key"] = f"terminal-{uuid4().hex}"
        if language:
            headers["Accept-Language"] = language
        answer = self._asked(
            self._client.build_request(
                method,
                path,
                params=dict(params or {}),
                content=content,
                headers=headers,
                timeout=timeout or self._client.timeout,
            )
        )
        if not answer.is_success:
            self._refuse(answer)
        told = self._read(answer)
        if not isinstance(told, dict) or any(name not in told for name in needs):
            raise self._strange()
        return told

    def _asked(self, request: httpx.Request) -> httpx.Response:
        """Tried again where the line broke or the server was not there for a moment: a read changes nothing,
        and a write carries its key."""
        for wait in self._waits:
            try:
                answer = self._client.send(request)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                time.sleep(wait)
                continue
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                self._unreached(error)
            if answer.status_code not in _AGAIN:
                return answer
            time.sleep(wait)
        try:
            return self._client.send(request)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self._unreached(error)

    def _read(self, answer: httpx.Response) -> Any:
        try:
            return wires.decoded(answer.content)
        except ValueError as error:
            raise self._strange() from error

    def _strange(self) -> Failed:
        return Failed(f"What {self.login.url} answers is not what Pejl answers. Is the address right?")

    def _unreached(self, error: Exception) -> NoReturn:
        """Raises `Failed`."""
        url = self.login.url
        if isinstance(error, httpx.TimeoutException):
            raise Failed(f"{url} does not answer in time.") from error
        if isinstance(error, httpx.ConnectError):
            raise Failed(f"{url} cannot be reached: {self._hidden(str(error))}.") from error
        raise Failed(
            f"The line to {url} broke: {self._hidden(str(error)) or type(error).__name__}."
        ) from error

    def _refuse(self, answer: httpx.Response) -> NoReturn:
        """Raises `Failed` with what the answer says."""
        status = answer.status_code
        problem: Any = {}
        with suppress(ValueError):
            problem = wires.decoded(answer.content)
        if not isinstance(problem, dict):
            problem = {}
        said = self._hidden(str(problem.get("detail") or problem.get("title") or ""))
        if status < _FIRST_WRONG:
            raise Failed(
                f"{self.login.url} points elsewhere ({status}): {self._elsewhere(answer)}. "
                "Redirects are not followed; give the address itself."
            )
        if status == 401:  # noqa: PLR2004 - HTTP's own
            raise Failed("The token is not valid there (401). 'pejl login' takes another.")
        if status == 404 and problem:  # noqa: PLR2004 - HTTP's own
            raise Missing(f"{said or 'There is no such thing there.'} (404)")
        if status in {_ALREADY, _UNUSABLE}:
            errors = problem.get("errors")
            listed = [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
            raise Refused(said or f"The server refuses it ({status}).", _cleaned(listed, self._hidden))
        if status == 429:  # noqa: PLR2004 - HTTP's own
            wait = answer.headers.get("Retry-After", "")
            raise Failed(
                f"Too many requests (429): try again in {wait} s." if wait.isdigit() else (said or "429")
            )
        if status >= _SERVER:
            number = re.sub(r"[^0-9A-Za-z-]", "", answer.headers.get("X-Request-Id", ""))[:64]
            trace = f"request id {number}" if number else "it gave no request id"
            raise Failed(f"Something went wrong on the server ({status}): {trace}.")
        if not said:
            strange = f"{self._strange().message} ({status})"
            raise Missing(strange) if status == 404 else Failed(strange)  # noqa: PLR2004 - HTTP's own
        raise Failed(f"{said} ({status})")

    def _elsewhere(self, answer: httpx.Response) -> str:
        return self._hidden(answer.headers.get("Location", "it does not say where"))

    def _hidden(self, text: str) -> str:
        """Without the token, should something have answered with it."""
        for one in {self.login.token, quote(self.login.token, safe="")}:
            text = text.replace(one, "pejl_…")
        return text


def _cleaned(errors: list[Told], hidden: Callable[[str], str]) -> list[Told]:
    return [
        one | {name: hidden(str(one.get(name) or "")) for name in ("path", "code", "message")}
        for one in errors
    ]


def _id(text: Any) -> UUID:
    try:
        return UUID(str(text))
    except ValueError as error:
        raise Failed("The server gave no id for the export.") from error
