"""The text by which a member agrees to the use of personal data, kept as data with its version.

The items are those of the Personal Information Protection Act, art. 15(2) and 17(2): purpose, items, retention, who
receives them, the right to refuse and what refusing means. A changed text gets a new version; old ones stay, because
consents point at them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Final

from portal.platform.language import Text

PURPOSE: Final = "application_member"


@dataclass(frozen=True)
class ConsentItem:
    heading: Text
    text: Text


@dataclass(frozen=True)
class ConsentText:
    version: str
    items: tuple[ConsentItem, ...]

    @property
    def sha256(self) -> str:
        """Over both languages in order, so that either version proves what was shown."""
        lines = [[item.heading.ko, item.heading.en, item.text.ko, item.text.en] for item in self.items]
        text = json.dumps([self.version, lines], ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


TEXTS: Final[dict[str, ConsentText]] = {
    "2025-1": ConsentText(
        "2025-1",
        (
            ConsentItem(
                Text("이용 목적", "What it is used for"),
                Text(
                    "신청 자격 확인, 참여제한 여부와 동시 수행 과제 수 확인, 평가위원과의 이해충돌 확인, 선정 평가와 "
                    "결과 통보에 이용합니다.",
                    "To check eligibility, participation restrictions and the number of concurrent projects, to find "
                    "conflicts of interest with reviewers, to evaluate the application and to give notice of the "
                    "result.",
                ),
            ),
            ConsentItem(
                Text("이용하는 항목", "What is used"),
                Text(
                    "이름, 전자우편 주소, 소속기관과 부서, 이 과제에서 맡은 역할을 이용합니다. "
                    "주민등록번호, 사진, 나이는 받지 않습니다.",
                    "Your name, e-mail address, institution and department, and your role in this project. No resident "
                    "registration number, photo or age is collected.",
                ),
            ),
            ConsentItem(
                Text("보유 기간", "How long it is kept"),
                Text(
                    "선정되지 않은 신청서의 정보는 결과 통보 후 1년, 선정된 과제의 정보는 협약 종료 후 5년 동안 "
                    "보관한 뒤 파기합니다. 이의신청이 진행 중이면 끝날 때까지 보관합니다.",
                    "For one year after notice of the result if the application is not selected, for five years after "
                    "the agreement ends if it is; then it is destroyed. While an appeal runs it is kept until it ends.",
                ),
            ),
            ConsentItem(
                Text("제공받는 곳", "Who receives it"),
                Text(
                    "이 사업의 전문기관과, 이 신청서를 맡은 평가위원에게 위 항목을 평가에 필요한 범위에서 제공합니다.",
                    "The agency that runs this program, and the reviewers of this application, as far as the "
                    "evaluation needs it.",
                ),
            ),
            ConsentItem(
                Text("거부할 권리", "Your right to refuse"),
                Text(
                    "동의하지 않을 수 있고, 동의한 뒤에도 같은 링크에서 접수 마감 전까지 취소할 수 있습니다. "
                    "동의하지 않으면 이 신청서에 참여자로 이름을 올릴 수 없으며, 그 밖의 불이익은 없습니다.",
                    "You may refuse, and until the deadline you may take your consent back with the same link. If you "
                    "refuse you cannot stand as a member in this application; nothing else follows from it.",
                ),
            ),
        ),
    ),
}
CURRENT: Final = TEXTS["2025-1"]
