"""Talk on a goal or on one of its check-ins. An edited or removed comment keeps what it said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from pejl.domain.access import Right
from pejl.models import Checkin, Comment, Goal, Mention, Person
from pejl.models.fields import new_id
from pejl.queries import people, scope
from pejl.queries.scope import Forbidden, Member
from pejl.services import events, gates, texts
from pejl.services.commands import command
from pejl.services.errors import Conflict, Rejected

MOST = 5_000


@command
def post(
    goal_id: UUID,
    *,
    text: str,
    checkin: UUID | None = None,
    mentions: tuple[UUID, ...] = (),
    by: Member,
    at: datetime,
) -> UUID:
    """Says something; whoever sees the goal may. Gives the comment's item, the same through its edits.

    `mentions`, and "@Full Name" in the text, call people who can see the goal.
    """
    goal = scope.goal(by, goal_id, right=Right.COMMENT)
    if checkin is not None:
        gates.known(Checkin.objects.filter(workspace_id=by.workspace_id, goal=goal, pk=checkin).first())
    comment = Comment.objects.create(
        workspace_id=by.workspace_id,
        goal=goal,
        checkin_id=checkin,
        item=new_id(),
        text=_text(text),
        by_id=by.person_id,
        posted_at=at,
        known_from=at,
    )
    called = _call(comment, mentions, by=by, at=at)
    events.record(
        "comment.posted", by=by, at=at, goal=goal_id, subject=comment.item, checkin=checkin, mentions=called
    )
    return comment.item


@command
def edit(item: UUID, *, text: str, mentions: tuple[UUID, ...] = (), by: Member, at: datetime) -> UUID:
    """Says it otherwise. Only who wrote it."""
    before = _standing(by, item)
    if before.by_id != by.person_id:
        raise Forbidden(Right.COMMENT)
    tidy = _text(text)
    if tidy == before.text and not mentions:
        return item
    moment = _end(before, at=at)
    comment = Comment.objects.create(
        workspace_id=by.workspace_id,
        goal_id=before.goal_id,
        checkin_id=before.checkin_id,
        item=item,
        text=tidy,
        by_id=by.person_id,
        posted_at=before.posted_at,
        known_from=moment,
    )
    called = _call(comment, mentions, by=by, at=moment)
    events.record("comment.edited", by=by, at=at, goal=before.goal_id, subject=item, mentions=called)
    return item


@command
def remove(item: UUID, *, by: Member, at: datetime) -> None:
    """Takes it out of the talk. Who wrote it, and admins who see the goal."""
    before = _standing(by, item)
    if before.by_id != by.person_id and not by.is_admin:
        raise Forbidden(Right.COMMENT)
    _end(before, at=at)
    events.record("comment.removed", by=by, at=at, goal=before.goal_id, subject=item)


def _standing(by: Member, item: UUID) -> Comment:
    """The comment as it is now, on a goal that the person sees."""
    rows = Comment.objects.filter(workspace_id=by.workspace_id, item=item)
    latest: Any = gates.known(rows.order_by("-known_from", "-pk").first())
    scope.goal(by, latest.goal_id, right=Right.COMMENT)
    if latest.known_to is not None:
        raise Conflict.one("comment.removed-already")
    return latest  # type: ignore[no-any-return]


def _end(comment: Comment, *, at: datetime) -> datetime:
    comment.known_to = max(at, comment.known_from)
    comment.save(update_fields=["known_to"])
    for mention in Mention.objects.current().filter(workspace_id=comment.workspace_id, comment=comment):
        mention.known_to = max(at, mention.known_from)
        mention.save(update_fields=["known_to"])
    return comment.known_to


def _text(text: str) -> str:
    tidy = texts.note(text, field="text", most=MOST)
    if not tidy:
        raise Rejected.one("text.empty", field="text")
    return tidy


def _call(comment: Comment, mentions: Iterable[UUID], *, by: Member, at: datetime) -> list[UUID]:
    """Keeps who is called. Somebody chosen who cannot see the goal is refused by name; in running text
    such a name is only a name."""
    active = Person.objects.filter(workspace_id=by.workspace_id, active=True, service=False)
    names: dict[UUID, str] = dict(active.values_list("pk", "name"))
    chosen = list(dict.fromkeys(mentions))
    for person in chosen:
        if person not in names:
            raise Rejected.one("mention.unknown", field="mentions")
        if not _sees(by, person, comment.goal_id):
            raise Rejected.one("mention.unseen", field="mentions", name=names[person])
    named = [person for person in _named(comment.text, names) if person not in chosen]
    called = chosen + [person for person in named if _sees(by, person, comment.goal_id)]
    Mention.objects.bulk_create(
        Mention(workspace_id=by.workspace_id, comment=comment, person_id=person, known_from=at)
        for person in called
    )
    return called


def _sees(by: Member, person: UUID, goal_id: UUID) -> bool:
    goals: Any = scope.goals(people.member(by.slug, person))
    found: Iterable[Goal] = goals.filter(pk=goal_id)
    return bool(found)


def _named(text: str, names: dict[UUID, str]) -> list[UUID]:
    """People whose "@Full Name" stands in the text; the longest name first, so "@Bo Lind" is never "@Bo"."""
    if "@" not in text:
        return []
    left, found = text.casefold(), []
    for person, name in sorted(names.items(), key=lambda one: (-len(one[1]), one[1])):
        sign = f"@{name.casefold()}"
        place = left.find(sign)
        while place >= 0:
            after = left[place + len(sign) : place + len(sign) + 1]
            if not after.isalnum():
                found.append(person)
                left = left[:place] + " " + left[place + len(sign) :]
                break
            place = left.find(sign, place + 1)
    return found
