"""Resources and prompts, in both languages."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.utils import translation
from mcp.shared.exceptions import MCPError

from mcp_assistants import Assistant
from okrs import named, okr
from pejl.adapters.formats import plans as plans_format
from pejl.domain.values import Kind, Level, Visibility
from pejl.mcp import guides
from pejl.services import goals, plans_reading
from pejl.services.goals import GoalDraft
from world import World

__all__ = ["okr"]


@pytest.fixture
def lead(world: World, okr: UUID) -> Assistant:
    return Assistant(world.sub_lead, world.at)


def read(assistant: Assistant, uri: str) -> Any:
    async def work(client: Any) -> Any:
        return await client.read_resource(uri)

    (content,) = assistant.ask(work).contents
    assert content.uri == uri
    return content


def prompt(assistant: Assistant, name: str, **given: str) -> Any:
    async def work(client: Any) -> Any:
        return await client.get_prompt(name, given)

    return assistant.ask(work)


def test_what_there_is_to_read_is_listed(lead: Assistant) -> None:
    async def work(client: Any) -> Any:
        return await client.list_resources(), await client.list_resource_templates()

    found, templates = lead.ask(work)
    assert [one.uri for one in found.resources] == [
        "pejl://okrs.yaml", "pejl://schema", "pejl://guide/en", "pejl://guide/da",
    ]  # fmt: skip
    assert {one.uri_template for one in templates.resource_templates} == {
        "pejl://goals/{id}", "pejl://guide/{language}",
    }  # fmt: skip
    for one in found.resources:
        assert read(lead, one.uri).mime_type == one.mime_type


def test_a_goal_is_a_resource_as_the_tool_tells_it(lead: Assistant, okr: UUID) -> None:
    content = read(lead, f"pejl://goals/{okr}")
    assert json.loads(content.text) == lead.call("read_goal", goal=str(okr))


def test_the_goals_as_code_are_those_that_are_seen_and_can_be_read_again(
    lead: Assistant, world: World
) -> None:
    secret = GoalDraft(
        Kind.OBJECTIVE, "Secret", level=Level.TEAM, teams=(world.design,), visibility=Visibility.CHOSEN
    )
    goals.create(secret, by=world.sub_lead, at=world.at)
    file = read(lead, "pejl://okrs.yaml").text
    assert "Secret" in file
    assert {aim.title for aim in plans_reading.read(file.encode()).aims} >= {
        "Launch version 2.0",
        "Click study",
    }
    assert "Secret" not in read(Assistant(world.mate, world.at), "pejl://okrs.yaml").text
    assert read(lead, "pejl://schema").text == plans_format.schema()


def test_what_is_not_there_cannot_be_read(lead: Assistant, world: World) -> None:
    outside = Assistant(world.outsider, world.at)
    for who, uri in (
        (outside, f"pejl://goals/{named('Launch version 2.0')}"),
        (lead, f"pejl://goals/{UUID(int=1)}"),
        (lead, "pejl://goals/launch"),
        (lead, "pejl://guide/de"),
        (lead, "file:///etc/passwd"),
    ):
        with pytest.raises(MCPError, match="There is no such resource"):
            read(who, uri)


def test_the_guide_speaks_both_languages(lead: Assistant) -> None:
    english, danish = (read(lead, f"pejl://guide/{one}").text for one in ("en", "da"))
    assert english.startswith("# OKRs in Pejl\n\n## The words\n\n- An objective says where to go.")
    assert english.count("\n## ") == danish.count("\n## ") == 5
    assert english.count("\n- ") == danish.count("\n- ")
    with translation.override("da"):
        assert translation.gettext("The words") in danish


def test_prompts_are_listed_with_what_they_take(lead: Assistant) -> None:
    async def work(client: Any) -> Any:
        return await client.list_prompts()

    found = {one.name: [part.name for part in one.arguments] for one in lead.ask(work).prompts}
    assert found == {
        "weekly_check_in": ["language"],
        "write_objective": ["language", "about"],
        "prepare_review": ["language", "period"],
    }


@pytest.mark.parametrize("language", ["en", "da"])
def test_a_prompt_is_given_in_the_language_that_is_asked_for(lead: Assistant, language: str) -> None:
    for name in ("weekly_check_in", "write_objective", "prepare_review"):
        found = prompt(lead, name, language=language)
        (message,) = found.messages
        assert (message.role, message.content.type) == ("user", "text")
        with translation.override(language):
            assert found.description == str(guides.PROMPTS[name].description)
            assert message.content.text == guides.PROMPTS[name].text("")
    said = prompt(lead, "write_objective", language=language, about="Fewer returns").messages[0].content.text
    assert said.endswith("Fewer returns")


def test_without_a_language_a_prompt_is_in_the_persons_own(lead: Assistant, world: World) -> None:
    danish = Assistant(replace(world.sub_lead, language="da"), world.at)
    own = prompt(danish, "weekly_check_in").messages
    assert own == prompt(lead, "weekly_check_in", language="da").messages
    assert prompt(lead, "weekly_check_in").messages == prompt(lead, "weekly_check_in", language="en").messages


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("no_such", {}),
        ("weekly_check_in", {"language": "de"}),
        ("weekly_check_in", {"about": "anything"}),
    ],
)
def test_what_no_prompt_takes_is_refused(lead: Assistant, name: str, given: dict[str, str]) -> None:
    with pytest.raises(MCPError, match="There is no such prompt"):
        prompt(lead, name, **given)
