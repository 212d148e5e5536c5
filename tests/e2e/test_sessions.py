"""Two teams exchange the slots in which they present: one abroad, in English on a phone; the other in Korean on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from portal.accounts.models import Person
from portal.platform.db import db
from portal.platform.formats import moment, moment_for
from portal.platform.language import speaking
from tests.e2e.eyes import Eyes
from tests.e2e.house import House
from tests.factories import sessions as days
from tests.factories.accounts import account
from tests.factories.base import committed

See = Callable[..., Eyes]
SEOUL, NEW_YORK = "Asia/Seoul", "America/New_York"


def _two_teams() -> tuple[days.Day, list[str], list[datetime], list[str], list[str]]:
    """The day; addresses of the teams' pages, starts and public ids of the slots, names that nobody else may read."""
    day = days.published(entries=2, slots=3)

    def name() -> tuple[days.Day, list[str], list[datetime], list[str], list[str]]:
        hidden = []
        for n, (who, title) in enumerate((("Amina Osei", "Speech models"), ("고은별", "새벽모델"))):
            day.owner(n).name, day.application(n).title = who, title
            hidden += [who, title, day.application(n).public_id]
            account(day.owner(n))
        day.owner(0).language, day.owner(0).time_zone = "en", NEW_YORK
        for n in range(3):
            day.slot(n).place = "https://meet.example.org/room-3"
        pages = [f"/applications/{day.application(n).public_id}" for n in range(2)]
        return day, pages, [day.starts(n) for n in range(3)], [day.slot(n).public_id for n in range(3)], hidden

    return committed(name)


def test_two_teams_exchange_their_slots_on_phones(house: House, eyes: See) -> None:
    day, (ours, theirs), starts, slots, hidden = house.within_app(_two_teams)
    house.wait_for_jobs()
    with speaking("en"):
        abroad = [moment_for(at, SEOUL, NEW_YORK) for at in starts]
    here = [moment(at, SEOUL) for at in starts]

    first = eyes("abroad", day.field.principals[0], language="en", phone=True)
    first.go(ours)
    first.says(abroad[0])
    first.go(f"{ours}/session")
    first.says(abroad[0])
    body = first.page.locator("main").inner_text()
    assert "EDT" in body or "EST" in body
    assert not [word for word in hidden[3:] if word in first.page.content()]
    first.tick("slot", f"ask:{slots[1]}")
    first.press("Exchange")
    first.says("You have asked to exchange")
    house.wait_for_jobs()

    second = eyes("at home", day.field.principals[1], phone=True)
    stale = eyes("another window", day.field.principals[1], phone=True)
    stale.go(f"{theirs}/session")
    second.go(theirs)
    second.says("다른 팀이 시간을 바꾸자고 합니다. 답해 주십시오.")
    second.open_letter(house.letters("routing.swap_asked", day.field.principals[1])[0])
    assert not [word for word in hidden[:3] if word in second.page.content()]
    second.leaves(second.page.get_by_role("button", name="받아들이기").first.click)
    second.says(here[0])
    first.go(f"{ours}/session")
    first.says(abroad[1])
    first.says("A slot can be exchanged once, and you have exchanged yours.")

    with stale.refused(409):
        stale.tick("slot", f"take:{slots[2]}")
        stale.press("바꾸기")
    stale.says("발표 시간은 한 번만 바꿀 수 있으며, 이미 한 번 바꾸셨습니다.")
    assert house.reading(lambda: day.slot_of(1).starts_at) == starts[0]

    said = first.page.request.get(f"{ours}/session.ics").text().replace("\r\n ", "")
    assert f"DTSTART:{starts[1]:%Y%m%dT%H%M%SZ}" in said
    names = house.reading(lambda: [db.session.get_one(Person, who).name for who in day.field.principals])
    assert not [word for word in (*names, "Speech models", "새벽모델", "meet.example.org") if word in said]
