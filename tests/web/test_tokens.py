from __future__ import annotations

import re
from uuid import UUID

from okrs import In, enter, text
from pejl.models import Person, Token
from pejl.queries import tokens as tokens_read
from world import World

__all__ = ["enter"]
TOKEN = re.compile(r"pejl_[0-9a-f]{32}[\w-]{43}")


def test_a_token_is_seen_once_and_works(world: World, enter: In) -> None:
    browser = enter(world.member)
    made = browser.post("/settings/tokens", {"name": "Weekly report", "scope": "read", "days": "30"})
    found = TOKEN.search(made.content.decode())
    assert made.status_code == 201
    assert made["Cache-Control"] == "no-store"
    assert found is not None
    holder = tokens_read.holder(found[0], now=world.at)
    assert holder is not None
    assert (holder.member.person_id, holder.writes) == (world.member.person_id, False)
    again = browser.get("/settings/tokens")
    assert "Weekly report" in text(again)
    assert not TOKEN.search(again.content.decode())
    row = Token.objects.get()
    assert found[0] not in str(row.__dict__)


def test_a_token_without_a_name_is_asked_for_one_and_what_was_chosen_is_kept(world: World, enter: In) -> None:
    page = enter(world.member).post("/settings/tokens", {"name": " ", "scope": "write", "days": "365"})
    assert page.status_code == 422
    assert "Write something here." in text(page)
    assert '<option value="365" selected>' in page.content.decode()
    assert not Token.objects.exists()


def test_a_service_has_a_name_of_its_own_and_is_nobody_to_choose(world: World, enter: In) -> None:
    asked = {"name": "Pipeline", "scope": "write", "days": "", "as": "service", "role": "member"}
    assert enter(world.member).post("/settings/tokens", asked).status_code == 403
    assert enter(world.admin).post("/settings/tokens", asked).status_code == 201
    service = Person.objects.get(service=True)
    assert (service.name, service.account_id) == ("Pipeline", None)
    assert "Pipeline" not in text(enter(world.admin).get("/settings/people"))


def test_only_ones_own_can_be_revoked_but_by_admins(world: World, enter: In) -> None:
    enter(world.member).post("/settings/tokens", {"name": "Mine", "scope": "read", "days": "30"})
    key: UUID = Token.objects.get().pk
    assert "Mine" not in text(enter(world.mate).get("/settings/tokens"))
    assert enter(world.mate).post(f"/settings/tokens/{key}/removal").status_code == 403
    assert enter(world.outsider).post(f"/settings/tokens/{key}/removal").status_code == 404
    assert enter(world.admin).post(f"/settings/tokens/{key}/removal").status_code == 303
    assert Token.objects.get().revoked_at == world.at
