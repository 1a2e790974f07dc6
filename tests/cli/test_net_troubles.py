"""What goes wrong over the net is one clear line; the login is kept for its owner alone; shells complete."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from okrs import okr
from pejl.cli import logins, tables, wires
from pejl.cli.logins import Login
from pejl.cli.tables import Column
from pejl.cli.wires import Failed
from terminals import URL, Terminal, alone, answered, far, key_result_called
from world import World

__all__ = ["alone", "answered", "far", "okr"]
Answered = Callable[[Callable[[httpx.Request], httpx.Response]], Terminal]
TOKEN = "pejl_secret-of-mine"
BASH = """
set -u; eval "$(pejl completion bash)"; COMP_WORDS=(pejl goals --st) COMP_CWORD=2
_pejl_completion pejl; echo "${COMPREPLY[*]}"; complete -p pejl
"""
STRANGE = f"What {URL} answers is not what Pejl answers."
WRONG = "Something went wrong on the server"
ME = {
    "person": {"id": "01a2065b-d38e-7564-ad23-d0d0bccce744", "name": "Alma Berg"},
    "role": "member",
    "workspace": {"id": "01a2065b-d38e-7564-ad23-d0d0bccce745", "slug": "acme", "name": "Acme"},
}


def problem(status: int, *, headers: dict[str, str] | None = None, **told: Any) -> httpx.Response:
    return httpx.Response(
        status, headers=headers, json={"type": "about:blank", "title": "No.", "status": status, **told}
    )


def broken(_request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("[Errno 111] Connection refused")


def slow(_request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("timed out")


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (broken, f"{URL} cannot be reached: [Errno 111] Connection refused."),
        (slow, f"{URL} does not answer in time."),
        (problem(401), "The token is not valid there (401). 'pejl login' takes another."),
        (problem(403, detail="This token only reads."), "This token only reads. (403)"),
        (problem(404), "No. (404)"),
        (httpx.Response(404, text="<h1>Not found</h1>"), STRANGE),
        (problem(409, detail="Somebody was first."), "Somebody was first."),
        (
            problem(422, errors=[{"path": "limit", "message": "This is too large."}, {"message": "So."}]),
            "limit: This is too large. So.",
        ),
        (problem(429, headers={"Retry-After": "17"}), "Too many requests (429): try again in 17 s."),
        (problem(500, headers={"X-Request-Id": "01ab"}), f"{WRONG} (500): request id 01ab."),
        (httpx.Response(503, text="busy"), f"{WRONG} (503): it gave no request id."),
        (httpx.Response(200, text="<html>hello</html>"), STRANGE),
        (httpx.Response(200, json=[]), STRANGE),
        (httpx.Response(200, text="[" * 100_000), STRANGE),
        (httpx.Response(200, json={"items": [], "next": "more"}), STRANGE),
        (
            httpx.Response(301, headers={"Location": "https://okr.example.org/"}),
            f"{URL} points elsewhere (301): https://okr.example.org/. Redirects are not followed",
        ),
        (problem(403, detail=f"Bad token {TOKEN}\x1b[31m\nand more"), "Bad token pejl_…[31m and more (403)"),
    ],
)  # fmt: skip
def test_each_failure_is_one_line_without_the_token(answered: Answered, answer: Any, line: str) -> None:
    asked: list[httpx.Request] = []

    def server(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        found: httpx.Response = answer(request) if callable(answer) else answer
        return found

    said = answered(server).refused("goals")
    assert said.startswith(line)
    assert TOKEN not in said
    assert {one.url.host for one in asked} == {"localhost"}
    assert {one.headers["Authorization"] for one in asked} == {f"Bearer {TOKEN}"}


def test_a_server_that_is_away_for_a_moment_is_asked_again(
    answered: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [httpx.Response(502), httpx.Response(200, json={"items": [], "next": None})]
    terminal = answered(lambda _request: answers.pop(0))
    monkeypatch.setattr("pejl.cli.remote.WAITS", (0.0,))
    assert terminal.said("goals") == "No goals.\n"
    assert answers == []


def test_a_server_that_does_not_tell_what_is_due_is_still_asked_how_things_stand(answered: Answered) -> None:
    def server(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/me"):
            return httpx.Response(200, json=ME)
        if request.url.path.endswith("/me/due"):
            return httpx.Response(404, text="<h1>Not found</h1>")
        return httpx.Response(200, json={"items": [], "next": None})

    assert answered(server).json("status")["items"] == []


# ---------------------------------------------------------------------------------------------- logins


def welcome(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json=ME)


def test_a_login_is_kept_for_its_owner_alone_and_taken_away(
    answered: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = answered(welcome)
    monkeypatch.delenv("PEJL_URL")
    monkeypatch.delenv("PEJL_TOKEN")
    said = terminal.said("login", f"{URL}/api/v1/", stdin=f"{TOKEN}\n")
    assert said == f"Signed in to Acme at {URL} as Alma Berg.\n"
    assert stat.S_IMODE(logins.file().stat().st_mode) == 0o600
    assert json.loads(logins.file().read_text()) == {"url": URL, "token": TOKEN, "insecure": False}
    assert logins.present() == Login(URL, TOKEN)
    assert TOKEN not in repr(logins.present())
    assert terminal.json("logout") == {"signed_out": True}
    assert not logins.file().exists()
    assert terminal.said("logout") == "You were not signed in.\n"


def test_a_login_that_the_server_refuses_is_not_kept(answered: Answered) -> None:
    terminal = answered(lambda _request: problem(401))
    assert "not valid" in terminal.refused("login", URL, stdin="pejl_wrong\n")
    assert "This is no token." in terminal.refused("login", URL, stdin="two words\n")
    assert not logins.file().exists()


@pytest.mark.parametrize(
    "url",
    ["okr.example.org", "ftp://x", "https://", "https://me:pw@x.example", "https://x/?a", "https://x:no"],
)
def test_what_is_no_address_is_refused(alone: Terminal, url: str) -> None:
    assert "The address of the server is" in alone.refused("login", url, stdin="pejl_x\n")


def test_a_token_travels_in_the_clear_only_with_consent(
    answered: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = answered(welcome)
    clear = "http://okr.example.org"
    monkeypatch.setenv("PEJL_URL", clear)
    for words in (("goals",), ("login", clear)):
        assert "would carry the token in the clear" in terminal.refused(*words, stdin=f"{TOKEN}\n")
    done = terminal("login", clear, "--insecure", stdin=f"{TOKEN}\n")
    assert done.exit_code == 0
    assert logins.present() == Login(clear, TOKEN, insecure=True)
    for fine in ("http://127.0.0.1:8000", "http://[::1]:8000", "https://okr.example.org"):
        assert logins.address(fine, insecure=False) == fine
    for sly in ("http://localhost.example.org", "http://127.0.0.1.example.org"):
        with pytest.raises(Failed):
            logins.address(sly, insecure=False)


def test_the_environment_wins_and_a_kept_token_goes_to_its_own_address_alone(
    alone: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert logins.present({}) is None
    logins.keep(Login("https://kept.example", "pejl_kept"))
    assert logins.present({}) == Login("https://kept.example", "pejl_kept")
    assert logins.present({"PEJL_TOKEN": "pejl_mine"}) == Login("https://kept.example", "pejl_mine")
    assert logins.present({"PEJL_URL": "https://kept.example/"}) == Login("https://kept.example", "pejl_kept")
    with pytest.raises(Failed, match="there is no token"):
        logins.present({"PEJL_URL": "https://other.example"})
    (tmp_path / "token").write_text("pejl_filed\n")
    given = {"PEJL_URL": "https://other.example", "PEJL_TOKEN_FILE": str(tmp_path / "token")}
    assert logins.present(given) == Login("https://other.example", "pejl_filed")
    with pytest.raises(Failed, match="PEJL_TOKEN_FILE"):
        logins.present(given | {"PEJL_TOKEN_FILE": str(tmp_path / "nowhere")})
    (tmp_path / "url").write_text("https://third.example/\n")
    filed = {"PEJL_URL_FILE": str(tmp_path / "url"), "PEJL_TOKEN": "pejl_mine"}
    assert logins.present(filed) == Login("https://third.example", "pejl_mine")
    with pytest.raises(Failed, match="PEJL_URL_FILE is no file"):
        logins.present(filed | {"PEJL_URL_FILE": str(tmp_path)})


def test_a_login_that_is_damaged_says_so(alone: Terminal) -> None:
    logins.keep(Login(URL, TOKEN))
    logins.file().write_text("{")
    assert "run 'pejl login' again" in alone.refused("goals")


def test_json_is_the_same_digit_for_digit() -> None:
    text = '{"a": 0.10, "b": 1e3, "c": [12000000000000000.5, null, true, "å\\n"], "d": {}}'
    assert wires.encoded(wires.decoded(text)) == text.replace("1e3", "1000")
    with pytest.raises(ValueError, match="NaN"):
        wires.decoded("NaN")


# ------------------------------------------------------------------------------------------ on a terminal


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_table_is_as_wide_as_the_terminal_and_loses_no_word(
    monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm-256color")
    title, owners = "Fewer support requests a month from those who stay", "Anna Lind, Bo Lind, Signe Bak"
    status = tables.status({"status": "at_risk", "stale": False})
    columns = (
        Column("Goal", gives=True),
        Column("Value", right=True),
        Column("Status"),
        Column("Owner", gives=True),
    )
    tables.print_rows(columns, [(title, "12,000", status, owners)])
    seen = re.sub(r"\x1b\[[0-9;]*m", "", screen.getvalue())
    assert max(len(line) for line in seen.splitlines()) <= width
    assert "▲ At risk" in seen
    assert set(seen.split()) >= {*title.split(), *owners.split(), "12,000"}
    assert "\x1b[38;5;166m▲\x1b[0m At risk" in screen.getvalue()


def test_a_column_that_has_no_room_is_left_out_of_a_narrow_terminal_and_never_of_a_pipe(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = (Column("Goal", gives=True), Column("End", least=70))
    tables.print_rows(columns, [("Fewer returns", "2026-12-31")])
    assert "2026-12-31" in capsys.readouterr().out
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", "60")
    tables.print_rows(columns, [("Fewer returns", "2026-12-31")])
    assert "2026-12-31" not in screen.getvalue()
    assert "Fewer returns" in screen.getvalue()


def test_no_colour_is_left_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    tables.print_this(tables.status({"status": "off_track", "stale": False}))
    assert screen.getvalue() == "◆ Off track\n"


# ----------------------------------------------------------------------------------------- completions


def completed(terminal: Terminal, shell: str, *words: str) -> list[str]:
    """What the shell gets for the last of these words."""
    if shell == "fish":
        asked = {"COMP_WORDS": f"pejl {shlex.join(words)}", "COMP_CWORD": words[-1]}
    else:
        asked = {"COMP_WORDS": f"pejl {shlex.join(words)}", "COMP_CWORD": str(len(words))}
    done = terminal(_PEJL_COMPLETE=f"{shell}_complete", **asked)
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line]


def test_bash_gets_a_title_as_one_word_that_runs_nothing(
    world: World, okr: UUID, far: Callable[..., Terminal]
) -> None:
    key_result_called("$(touch x); 'Or' else", world=world)
    terminal = far(world.sub_lead)
    assert completed(terminal, "bash", "checkin", "Supp") == [r"plain,Support\ requests\ a\ month"]
    assert completed(terminal, "bash", "checkin", "$(") == [r"plain,\$\(touch\ x\)\;\ \'Or\'\ else"]
    quoted = {"COMP_WORDS": "pejl\ncheckin\n'", "COMP_CWORD": "2", "_PEJL_COMPLETE": "bash_complete"}
    assert terminal(**quoted).stdout == "plain,Click study\nplain,Support requests a month\n"


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_goals_and_teams_are_completed_over_the_net(
    world: World, okr: UUID, far: Callable[..., Terminal], shell: str
) -> None:
    terminal = far(world.sub_lead)
    found = "\n".join(completed(terminal, shell, "checkin", "Supp"))
    assert "Support requests a month" in found
    assert "Launch" not in found
    assert "Design" in "\n".join(completed(terminal, shell, "goals", "--team", "Des"))
    assert "on_track" in "\n".join(completed(terminal, shell, "goals", "--status", "on"))
    assert "xlsx" in "\n".join(completed(terminal, shell, "export", "--format", "xl"))


def test_where_nothing_answers_nothing_is_completed(answered: Answered, tmp_path: Path) -> None:
    terminal = answered(broken)
    assert completed(terminal, "bash", "checkin", "Supp") == []
    assert completed(terminal, "bash", "goals", "--local", "--team", "D") == []


def test_asking_for_words_makes_no_database(alone: Terminal, tmp_path: Path) -> None:
    there = str(tmp_path / "nowhere")
    asked = {"COMP_WORDS": "pejl checkin Supp", "COMP_CWORD": "2", "PEJL_DATA_DIR": there}
    assert alone(_PEJL_COMPLETE="bash_complete", **asked).stdout.strip() == ""
    assert not Path(there).exists()


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_script_of_a_shell_asks_pejl(alone: Terminal, shell: str) -> None:
    script = alone.said("completion", shell)
    assert f"_PEJL_COMPLETE={shell}_complete" in script
    assert "%(" not in script


def test_the_script_for_bash_completes_in_bash(tmp_path: Path) -> None:
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [
            "bash",
            "-c",
            BASH,
        ],
        env={"PATH": programs, "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "--status"
    assert "_pejl_completion" in done.stdout.splitlines()[1]
    assert list(tmp_path.iterdir()) == []
