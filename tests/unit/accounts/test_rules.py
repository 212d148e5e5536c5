"""Paths, passwords, roles: the pure rules."""

from __future__ import annotations

import pytest

from portal.accounts import engine, rules
from portal.accounts.models import Role
from portal.platform.context import Actor, Grant


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example", "http:/evil.example", "//evil.example", "///evil.example", "/\\evil.example",
        "\\\\evil.example", "/\t/evil.example", "/\n/evil.example", " //evil.example", "javascript:alert(1)",
        "JaVaScRiPt:alert(1)", "data:text/html,x", "evil.example", "/ok\r\nLocation: //evil.example", "/a//b",
        "/\u200b/evil.example", "/\u3000/evil.example", "/\x00/x", "", None, "?next=/x", "/" + "a" * 2000, "/.//x",
        "http:\\\\evil.example", "/%5c\\evil",
    ],
)  # fmt: skip
def test_next_leads_only_to_own_paths(address: str | None) -> None:
    assert rules.own_path(address) is None


@pytest.mark.parametrize("address", ["/", "/reviews", "/calls/abc?tab=a&q=//x", "/calls/가나다", "/a?next=https://x"])
def test_own_paths_are_kept(address: str) -> None:
    assert rules.own_path(address) == address


def actor(role: str, scope: str) -> Actor:
    return Actor(person_id=1, same_as=frozenset({1}), grants=frozenset({Grant(role, scope)}))


def test_administrator_of_one_program_changes_roles_of_that_program_only() -> None:
    admin = actor("administrator", "program:WBL")
    assert rules.can_change_role(admin, Role.OFFICER, "program:WBL")
    assert not rules.can_change_role(admin, Role.OFFICER, "program:GPU")
    assert not rules.can_change_role(admin, Role.OFFICER, "*")


def test_only_portal_wide_administrators_make_administrators() -> None:
    assert not rules.can_change_role(actor("administrator", "program:WBL"), Role.ADMINISTRATOR, "program:WBL")
    assert rules.can_change_role(actor("administrator", "*"), Role.ADMINISTRATOR, "program:WBL")


def test_officer_appoints_reviewers_of_the_own_call_and_nobody_else() -> None:
    officer = actor("officer", "program:WBL")
    assert rules.can_change_role(officer, Role.REVIEWER, "call:x", "program:WBL")
    assert not rules.can_change_role(officer, Role.REVIEWER, "call:x", "program:GPU")
    assert not rules.can_change_role(officer, Role.OFFICER, "call:x", "program:WBL")
    assert not rules.can_change_role(actor("officer", "*"), Role.REVIEWER, "*")


@pytest.mark.parametrize("scope", ["*", "program:WBL", "call:" + "a" * 26, "line:wbl_2026", "organisation:" + "b" * 26])
def test_scopes_are_readable(scope: str) -> None:
    assert rules.scope_is_readable(scope)


@pytest.mark.parametrize("scope", ["", "all", "program:", "program:*", "call:1", "**", "program:WBL,program:X", "* "])
def test_unknown_scopes_are_refused(scope: str) -> None:
    assert not rules.scope_is_readable(scope)


def test_a_subscribers_ipv6_addresses_count_as_one() -> None:
    assert rules.network("2001:db8:1:2::1") == rules.network("2001:db8:1:2:ffff::9")
    assert rules.network("2001:db8:1:2::1") != rules.network("2001:db8:1:3::1")
    assert rules.network("::ffff:192.0.2.1") == rules.network("192.0.2.1") == "192.0.2.1"
    assert rules.network(None) == rules.network("nonsense")


def test_the_same_password_in_nfd_is_the_same_password() -> None:
    import unicodedata

    stored = engine.hash_password("열려라 참깨 열려라 참깨")
    assert engine.password_matches(stored, unicodedata.normalize("NFD", "열려라 참깨 열려라 참깨"))
    assert not engine.password_matches(stored, "열려라 참깨 열려라 들깨")


def test_a_huge_password_is_refused_before_hashing() -> None:
    with pytest.raises(ValueError, match="too long"):
        engine.hash_password("a" * 100_000)
    assert not engine.password_matches(None, "a" * 100_000)


@pytest.mark.parametrize("stored", [None, engine.UNUSABLE, "not a hash"])
def test_without_a_usable_hash_no_password_is_right(stored: str | None) -> None:
    assert not engine.password_matches(stored, "!")


def test_keywords_stand_once_each_in_the_order_typed() -> None:
    assert rules.tidy_keywords(" AI 반도체,, NPU\n컴파일러;NPU ") == "AI 반도체, NPU, 컴파일러"


def test_one_registration_number_however_it_is_written() -> None:
    assert rules.registration_key("123-45-67890") == rules.registration_key("123 4567890") == "1234567890"
    assert rules.registration_key(" - ") is None
