"""The commands about members of staff, as whoever runs the server meets them."""

from __future__ import annotations

import re

import pytest

from tests.test_cli import Shell
from tests.test_cli import shell as shell  # the fixture

ADMIN = ("staff", "add", "First admin", "--role", "admin")


@pytest.fixture
def reached(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell that knows where browsers reach the console."""
    monkeypatch.setenv("KUNDRESA_PUBLIC_URL", "https://k.example.org/kundresa")
    return shell


def test_the_first_member_gets_a_link(reached: Shell) -> None:
    """`add` prints a link that signs in once, and until when; `list` shows the member and never a link."""
    told = reached.done(*ADMIN, "--email", "Admin@Example.org", "--lang", "fi")
    assert re.search(r"Added: First admin \(admin\), \w{14}\n", told)
    assert re.search(r"until Mon 2026-11-16 10:30: https://k\.example\.org/kundresa/console/enter/[\w-]{43}\n", told)
    listed = reached.done("staff", "list")
    assert "First admin\tadmin\t\tadmin@example.org\tfi\t" in listed
    assert "enter" not in listed


def test_a_new_link_is_made_for_whoever_needs_one(reached: Shell) -> None:
    """By id or by address; every link is another; nobody unknown gets one."""
    member = _id(reached.done(*ADMIN, "--email", "admin@example.org"))
    links = {reached.done("staff", "link", which) for which in (member, "ADMIN@example.org", member)}
    assert len(links) == 3
    assert "There is no member nobody" in reached.refused("staff", "link", "nobody")


def test_without_an_address_of_ours_there_is_no_link(shell: Shell) -> None:
    """The member is added all the same, and told is what to set."""
    told = shell.done(*ADMIN)
    assert "KUNDRESA_PUBLIC_URL is not set" in told
    assert "KUNDRESA_PUBLIC_URL is not set" in shell.refused("staff", "link", _id(told))


def test_a_member_is_removed_but_never_the_last_admin(shell: Shell) -> None:
    """Whoever is removed is in the list no more, and their address is free for another."""
    admin = _id(shell.done(*ADMIN))
    desk = ("staff", "add", "Desk", "--role", "staff", "--unit", "main", "--email", "desk@example.org")
    shell.done(*desk)
    assert "another member's address already" in shell.refused(*desk)
    assert "Removed: Desk (staff)" in shell.done("staff", "remove", "desk@example.org")
    assert "There is no member desk@example.org" in shell.refused("staff", "remove", "desk@example.org")
    assert "the only admin" in shell.refused("staff", "remove", admin)
    shell.done(*desk)
    assert shell.done("staff", "list").count("Desk") == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--role", "stff"), "Did you mean 'staff'"),
        (("--role", "staff"), "say which"),
        (("--role", "staff", "--unit", "mian"), "Did you mean 'main'"),
        (("--role", "analyst", "--email", "nobody"), "no e-mail address"),
        (("--role", "analyst", "--lang", "xx"), "no language 'xx'"),
    ],
    ids=str,
)
def test_what_is_wrong_is_refused_in_one_line(shell: Shell, arguments: tuple[str, ...], told: str) -> None:
    """And nobody is added."""
    assert told in shell.refused("staff", "add", "Somebody", *arguments)
    assert "Somebody" not in shell.done("staff", "list")


@pytest.mark.parametrize("command", ["add", "list", "remove", "link"])
def test_each_command_has_help_with_an_example(shell: Shell, command: str) -> None:
    """As every command has."""
    assert f"kundresa staff {command}" in shell.done("staff", command, "--help")


def _id(told: str) -> str:
    found = re.search(r"Added: .*, (\w{14})\n", told)
    assert found is not None
    return found[1]
