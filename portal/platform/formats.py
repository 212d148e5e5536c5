"""How numbers, money, dates and sizes are written, in Korean and in English.

Money is integer minor units of a currency (won has none). Dates are UTC inside and shown in the call's time
zone with the weekday: `2026. 7. 21.(화) 18:00`, in English `Tue 21 Jul 2026, 18:00 KST`.
"""

from __future__ import annotations

from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from portal.platform.language import Text, language, say

KST = "Asia/Seoul"
MINOR_DIGITS = {"KRW": 0, "JPY": 0, "EUR": 2, "USD": 2, "GBP": 2, "CHF": 2}
_zone: ContextVar[str] = ContextVar("zone", default=KST)
_WEEKDAY_KO = "월화수목금토일"
_WEEKDAY_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTH_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

UNITS: dict[str, Text] = {
    "card": Text("장", "cards"),
    "card_month": Text("장·월", "card-months"),
    "person": Text("명", "people"),
    "team": Text("팀", "teams"),
    "KRW": Text("원", "won"),
}
ONE: dict[str, str] = {"card": "card", "card_month": "card-month", "person": "person", "team": "team"}  # English, of 1


def number(value: int | Decimal | Fraction | float, digits: int | None = None) -> str:
    """Grouped digits; `digits` decimals, rounded half up for display only (ranking uses the exact value)."""
    if isinstance(value, int) and not digits:
        return f"{value:,}"
    places = 2 if digits is None else digits
    scaled = Fraction(value) * 10**places
    sign = "-" if scaled < 0 else ""
    whole = int(abs(scaled) + Fraction(1, 2))
    head, tail = divmod(whole, 10**places)
    return f"{sign}{head:,}" + (f".{tail:0{places}d}" if places else "")


def minor_digits(unit: str) -> int:
    """Decimals of a currency; what is no currency is counted whole."""
    return MINOR_DIGITS.get(unit, 0)


def _trim(value: Fraction, digits: int) -> str:
    text = number(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(amount: int, currency: str = "KRW") -> str:
    """Short form for reading: 193,600,000,000 -> `1,936억 원` / `KRW 193.6 billion`; `EUR 1.5 million`, `EUR 12.50`.

    Korean never rounds away more than 만 won; English keeps up to three decimals of its scale. Other currencies than
    won are shortened in English only, and never rounded.
    """
    minor = minor_digits(currency)
    sign, size = ("-" if amount < 0 else ""), Fraction(abs(amount), 10**minor)
    if language() == "en":
        for scale, word in ((10**12, "trillion"), (10**9, "billion"), (10**6, "million")):
            if size >= scale and (currency == "KRW" or (size / scale * 1000).denominator == 1):
                return f"{sign}{currency} {_trim(size / scale, 3)} {word}"
    if currency != "KRW":
        return f"{sign}{currency} {number(size, minor if size.denominator != 1 else 0)}"
    if language() == "en":
        return f"{sign}KRW {number(size, 0)}"
    jo, rest = divmod(abs(amount), 10**12)
    eok, rest = divmod(rest, 10**8)
    man, won = divmod(rest, 10**4)
    parts = []
    if jo:
        parts.append(f"{jo:,}조")
    if eok:
        parts.append(f"{eok:,}억")
    if man:
        parts.append(f"{man:,}만")
    if won or not parts:
        parts.append(f"{won:,}")
    return f"{sign}{' '.join(parts)} 원" if parts[-1][-1] in "조억만" else f"{sign}{' '.join(parts)}원"


def money_exact(amount: int, currency: str = "KRW") -> str:
    """`193,600,000,000원` / `KRW 193,600,000,000`."""
    minor = minor_digits(currency)
    text = number(Fraction(amount, 10**minor), minor)
    return f"{text}원" if currency == "KRW" and language() == "ko" else f"{currency} {text}"


def quantity(amount: int, unit: str) -> str:
    """An amount with its unit, never a bare number: money in its short form, else `512장` / `512 cards`, `1 card`."""
    if unit in MINOR_DIGITS:
        return money(amount, unit)
    word = say(UNITS.get(unit, Text(unit, unit)))
    if language() == "ko":
        return f"{amount:,}{word}"
    return f"{amount:,} {ONE.get(unit, word) if abs(amount) == 1 else word}"


def quantity_exact(amount: int, unit: str) -> str:
    return money_exact(amount, unit) if unit in MINOR_DIGITS else quantity(amount, unit)


def use_zone(name: str | None) -> None:
    """The zone in which the times of this page are told, where nothing else is said; Korea's without a name."""
    _zone.set(name or KST)


def page_zone() -> str:
    return _zone.get()


def _zone_name(moment: datetime, zone: str) -> str:
    return "KST" if zone == KST else (moment.tzname() or zone)


def zone_said(zone: str) -> str:
    """Whose clock a time is typed in."""
    if zone == KST:
        return "Korea Standard Time" if language() == "en" else "한국 표준시"
    return zone


def day(value: date | datetime, zone: str | None = None) -> str:
    """`2026. 7. 21.(화)` / `Tue 21 Jul 2026`."""
    if isinstance(value, datetime):
        value = value.astimezone(ZoneInfo(zone or page_zone())).date()
    weekday = value.weekday()
    if language() == "en":
        return f"{_WEEKDAY_EN[weekday]} {value.day} {_MONTH_EN[value.month - 1]} {value.year}"
    return f"{value.year}. {value.month}. {value.day}.({_WEEKDAY_KO[weekday]})"


def moment(value: datetime, zone: str | None = None, *, seconds: bool = False) -> str:
    """`2026. 7. 21.(화) 18:00` / `Tue 21 Jul 2026, 18:00 KST`."""
    zone = zone or page_zone()
    local = value.astimezone(ZoneInfo(zone))
    clock = local.strftime("%H:%M:%S" if seconds else "%H:%M")
    if language() == "en":
        return f"{day(local.date())}, {clock} {_zone_name(local, zone)}"
    return f"{day(local.date())} {clock}"


def moment_for(value: datetime, zone: str, own: str) -> str:
    """The moment in the call's zone, and in the reader's own where the clocks differ:
    `2026. 7. 21.(화) 18:00 (내 시간대 2026. 7. 21.(화) 05:00)` /
    `Tue 21 Jul 2026, 18:00 KST (Tue 21 Jul 2026, 05:00 EDT, your time)`.
    """
    here = moment(value, zone)
    if value.astimezone(ZoneInfo(zone)).utcoffset() == value.astimezone(ZoneInfo(own)).utcoffset():
        return here
    return say(Text("{here} (내 시간대 {own})", "{here} ({own}, your time)"), here=here, own=moment(value, own))


def clock_time(value: datetime, zone: str | None = None) -> str:
    """`17:41:03`, for "saved at"."""
    return value.astimezone(ZoneInfo(zone or page_zone())).strftime("%H:%M:%S")


def duration(span: timedelta) -> str:
    """`3일 4시간` / `3 days 4 hours`; the two largest parts."""
    seconds = max(0, int(span.total_seconds()))
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, secs = divmod(rest, 60)
    words = ((days, "일", "day"), (hours, "시간", "hour"), (minutes, "분", "minute"), (secs, "초", "second"))
    first = next((i for i, (n, _, _) in enumerate(words) if n), 3)
    parts = [w for w in words[first : first + 2] if w[0]] or [words[3]]
    if language() == "en":
        return " ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, _, word in parts)
    return " ".join(f"{n}{word}" for n, word, _ in parts)


def playing_time(seconds: int) -> str:
    """180 -> `3분` / `3 min`; 95 -> `1분 35초` / `1 min 35 s`."""
    minutes, rest = divmod(seconds, 60)
    words = [(minutes, "분", " min"), (rest, "초", " s")]
    said = [f"{n}{en if language() == 'en' else ko}" for n, ko, en in words if n]
    return " ".join(said) or ("0 s" if language() == "en" else "0초")


def left(until: datetime, now: datetime) -> str:
    """`3일 4시간 남음` / `3 days 4 hours left`, or that it has passed."""
    if now < until:
        return say(Text("{span} 남음", "{span} left"), span=duration(until - now))
    return say(Text("{span} 지남", "{span} ago"), span=duration(now - until))


def file_size(size: int) -> str:
    """1,536 -> `1.5 kB`."""
    value = Fraction(size)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{_trim(value, 1)} {unit}"
        value /= 1000
    return f"{_trim(value, 1)} GB"


def utc(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()
