"""By which signs two records may be one human (DOMAIN 6.3 no. 13)."""

from __future__ import annotations

import pytest

from portal.accounts.rules.doubles import Known, romanised, script_keys, signs, skeleton, suspected


def known(
    id_: int, *names: str, mail: str = "", of: int = 0, number: str | None = None, orcid: str | None = None
) -> Known:
    return Known(
        id_, names, frozenset({mail or f"person{id_}@example.org"}), frozenset({of} if of else ()), (number, orcid)
    )


def test_a_shared_address_is_the_strongest_sign() -> None:
    assert signs(known(1, "김하늘", mail="h@x.kr"), known(2, "다른 사람", mail="h@x.kr")) == ["address"]


def test_the_same_name_alone_is_no_sign() -> None:
    assert signs(known(1, "김영수"), known(2, "김영수")) == []


def test_the_same_name_at_the_same_organisation_is_a_sign() -> None:
    assert signs(known(1, "김영수", of=7), known(2, "김 영수", of=7)) == ["name_and_organisation"]
    assert signs(known(1, "김영수", of=7), known(2, "김영수", of=8)) == []


def test_the_same_mailbox_at_another_provider_is_a_sign_with_the_name() -> None:
    a = known(1, "김영수", mail="young.su@kaist.ac.kr")
    assert signs(a, known(2, "김영수", mail="youngsu+ai@gmail.com")) == ["name_and_mailbox"]
    assert signs(a, known(2, "이영수", mail="youngsu@gmail.com")) == []


def test_namesakes_with_two_researcher_numbers_are_two_people() -> None:
    assert signs(known(1, "김영수", of=7, number="10000001"), known(2, "김영수", of=7, number="10000002")) == []
    assert signs(known(1, "김영수", of=7, number="10000001"), known(2, "김영수", of=7)) == ["name_and_organisation"]


def test_one_person_with_two_old_numbers_is_found_by_the_address() -> None:
    a, b = known(1, "김영수", mail="k@x.kr", number="1"), known(2, "김영수", mail="k@x.kr", number="2")
    assert signs(a, b) == ["address"]


@pytest.mark.parametrize(
    ("hangul", "latin"),
    [
        ("김영희", "Young-hee Kim"), ("김영희", "KIM Yeonghui"), ("이준호", "Lee Junho"), ("이준호", "Jun Ho Rhee"),
        ("박서연", "Seoyeon Park"), ("최민", "Min Choi"), ("정지훈", "Jihoon Chung"), ("남궁민수", "Namgung Minsu"),
        ("임하늘", "Haneul Lim"), ("유재석", "Jae-Suk Yoo"), ("선우은숙", "Eunsuk Sunwoo"),
    ],
)  # fmt: skip
def test_a_name_in_hangul_is_known_in_latin_letters(hangul: str, latin: str) -> None:
    assert signs(known(1, hangul, of=7), known(2, latin, of=7)) == ["scripts_and_organisation"]


@pytest.mark.parametrize(
    ("hangul", "latin"),
    [("김영희", "Young-hee Park"), ("이준호", "Lee Minsu"), ("박서연", "Ludwig van Beethoven"), ("최민", "Choi")],
)
def test_another_name_is_not(hangul: str, latin: str) -> None:
    assert signs(known(1, hangul, of=7), known(2, latin, of=7)) == []


def test_latin_names_are_alike_in_any_order_with_particles_and_accents() -> None:
    assert signs(known(1, "José de la Cruz", of=7), known(2, "DE LA CRUZ Jose", of=7)) == ["name_and_organisation"]
    assert signs(known(1, "Fatima al-Zahra", of=7), known(2, "Alzahra Fatima", of=7)) == ["name_and_organisation"]


def test_the_latin_name_on_record_counts_as_a_name() -> None:
    assert signs(known(1, "김영희", "Kim Younghee", of=7), known(2, "Younghee Kim", of=7)) == ["name_and_organisation"]


def test_romanisation_follows_the_table() -> None:
    assert [romanised(name) for name in ("한글", "서울", "강남")] == ["hangeul", "seoul", "kangnam".replace("k", "g")]
    assert skeleton("Young-hee") == skeleton("Yeonghui") == "qh"
    assert script_keys("가") == frozenset()


def test_only_pairs_with_a_sign_come_out_each_once_in_order() -> None:
    people = [
        known(3, "김영수", of=7),
        known(1, "김영수", of=7),
        known(2, "Youngsu Kim", of=7),
        known(4, "김영수", of=9),
    ]
    assert sorted((low, high) for low, high, _ in suspected(people)) == [(1, 2), (1, 3), (2, 3)]


def test_ten_thousand_records_are_compared_by_what_they_share() -> None:
    people = [known(n, f"김{chr(0xAC00 + n % 500)}", of=n % 4000 + 1) for n in range(10_000)]
    assert sum(1 for _ in suspected(people)) < 40_000


def test_an_address_that_very_many_claim_says_nothing() -> None:
    assert list(suspected([known(n, f"이름{n}", mail="office@x.kr") for n in range(31)])) == []
    assert len(list(suspected([known(n, f"이름{n}", mail="office@x.kr") for n in range(3)]))) == 3
