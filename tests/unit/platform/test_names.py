from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.platform import names
from portal.platform.language import speaking


@pytest.mark.parametrize(
    ("typed", "won"),
    [
        ("0", 0),
        ("007", 7),
        ("1000", 1_000),
        ("1,000", 1_000),
        ("1 000", 1_000),
        ("1\u00a0000\u00a0000", 1_000_000),
        ("１，０００", 1_000),
        ("１９３６", 1_936),
        ("  1,936,000,000 원 ", 1_936_000_000),
        ("₩35,000", 35_000),
        ("￦35,000", 35_000),
        ("KRW 35,000", 35_000),
        ("3억 5천만", 350_000_000),
        ("3억5천만원", 350_000_000),
        ("1,936억", 193_600_000_000),
        ("1,936억 원", 193_600_000_000),
        ("1조 8,000억", 1_800_000_000_000),
        ("1.5억", 150_000_000),
        ("천만", 10_000_000),
        ("3천5백만", 35_000_000),
        ("5천", 5_000),
        ("9,000만 500", 90_000_500),
        ("9223372036854775807", 2**63 - 1),
    ],
)
def test_an_amount_of_won_is_read_as_people_write_it(typed: str, won: int) -> None:
    assert names.parse_amount(typed) == won


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", names.AmountMissing),
        ("   \u3000", names.AmountMissing),
        ("-1", names.AmountNegative),
        ("−1", names.AmountNegative),
        ("－１", names.AmountNegative),
        ("-3억", names.AmountNegative),
        ("0.5", names.AmountNotWhole),
        ("1.0", names.AmountNotWhole),
        ("1.000", names.AmountNotWhole),
        ("0.000000001억", names.AmountNotWhole),
        ("1e9", names.AmountUnreadable),
        ("NaN", names.AmountUnreadable),
        ("Infinity", names.AmountUnreadable),
        ("0x10", names.AmountUnreadable),
        ("1_000", names.AmountUnreadable),
        ("10²", names.AmountUnreadable),
        ("①", names.AmountUnreadable),
        ("٣", names.AmountUnreadable),
        ("1,00", names.AmountUnreadable),
        ("1,0000", names.AmountUnreadable),
        ("1,000 000", names.AmountUnreadable),
        ("1.000,50", names.AmountUnreadable),
        ("억", names.AmountUnreadable),
        ("5천만 3억", names.AmountUnreadable),
        ("3억 50000만", names.AmountUnreadable),
        ("3억 3억", names.AmountUnreadable),
        ("=1+1", names.AmountUnreadable),
        ("+1", names.AmountUnreadable),
        ("-", names.AmountUnreadable),
        ("원", names.AmountUnreadable),
        ("9223372036854775808", names.AmountTooLarge),
        ("923경", names.AmountTooLarge),
        ("9" * 400, names.AmountTooLarge),
        ("x" * 100_000, names.AmountUnreadable),
    ],
)
def test_what_is_no_amount_is_refused_with_a_sentence_in_both_languages(typed: str, error: type) -> None:
    with pytest.raises(error) as refusal:
        names.parse_amount(typed, field="amount")
    assert refusal.value.field == "amount"
    with speaking("ko"):
        korean = refusal.value.sentence()
    with speaking("en"):
        english = refusal.value.sentence()
    assert korean != english
    assert "{" not in korean + english


def test_a_currency_with_cents_is_read_in_cents() -> None:
    assert names.parse_amount("1,234.5", 2) == 123_450
    assert names.parse_amount("0.05", 2) == 5
    with pytest.raises(names.AmountTooFine) as refusal:
        names.parse_amount("1.234", 2)
    with speaking("en"):
        assert "2 decimal places" in refusal.value.sentence()
    for korean in ("3억", "1원"):
        with pytest.raises(names.AmountUnreadable):
            names.parse_amount(korean, 2)


@given(st.integers(0, 2**63 - 1))
def test_every_amount_survives_its_own_grouping(amount: int) -> None:
    assert names.parse_amount(f"{amount:,}") == amount
    assert names.parse_amount(f"{amount:,}".replace(",", " ")) == amount


@given(st.integers(1, 9_999), st.integers(0, 9_999), st.integers(0, 9_999))
def test_korean_units_add_up(eok: int, man: int, won: int) -> None:
    typed = f"{eok:,}억" + (f" {man:,}만" if man else "") + (f" {won:,}" if won else "")
    assert names.parse_amount(typed) == eok * 10**8 + man * 10**4 + won


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading_of_an_amount(typed: str) -> None:
    try:
        assert 0 <= names.parse_amount(typed) <= 2**63 - 1
    except names.DomainError as refusal:
        assert refusal.sentence()


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Hong@Example.KR", "hong@example.kr"),
        ("  a.b+c@x.org\n", "a.b+c@x.org"),
        ("a@한국.kr", "a@xn--3e0b707e.kr"),
        (unicodedata.normalize("NFD", "a@한국.kr"), "a@xn--3e0b707e.kr"),
        ("a@XN--3E0B707E.kr", "a@xn--3e0b707e.kr"),
        ("a@bücher.de", "a@xn--bcher-kva.de"),
    ],
)
def test_an_address_has_one_key_however_it_is_typed(typed: str, key: str) -> None:
    assert names.email_key(typed) == key
    assert names.email_key(key) == key


@pytest.mark.parametrize(
    "typed",
    ["", "a", "a@", "@b.kr", "a@b@c", "a b@c.kr", "a..b@c.kr", ".a@c.kr",
     "a@-c.kr", "a@c..kr", "a@c.kr\r\nBcc: x@y.z",
     "a@c.kr\x00", '"a b"@c.kr', "x" * 65 + "@c.kr", "a@" + "c" * 300, "a@[127.0.0.1]", "홍길동"],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(names.EmailUnreadable):
        names.email_key(typed, "email")


@pytest.mark.parametrize(
    "typed", ["hоng@example.kr", "ｈong@example.kr", "홍@example.kr", "a@gооgle.com", "ſ@example.kr"]
)
def test_letters_that_only_look_latin_are_named(typed: str) -> None:
    with pytest.raises(names.EmailLetters) as refusal:
        names.email_key(typed, "email")
    assert not refusal.value.params["letter"].isascii()


def test_text_is_stored_composed_and_without_what_no_page_can_hold() -> None:
    assert names.nfc(unicodedata.normalize("NFD", "과학기술")) == "과학기술"
    assert names.nfc("a\r\nb\rc\x00\x1b\ud800\u202ed\te") == "a\nb\ncd\te"


def test_names_sort_as_a_korean_directory_does() -> None:
    shuffled = ["Zoe", "한국대학교", "3M", "åbo", "가나다", "Abel", "나라", " 가나"]
    assert sorted(shuffled, key=names.sort_key) == [
        " 가나",
        "가나다",
        "나라",
        "한국대학교",
        "Abel",
        "åbo",
        "Zoe",
        "3M",
    ]
    assert names.sort_key(unicodedata.normalize("NFD", "가")) == names.sort_key("가")
    assert names.sort_key("a") < names.sort_key("á") < names.sort_key("ab")
