"""Invented names: of people, organisations and departments. None of the organisations exists."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

FAMILY: Final = (
    ("김", "Kim", 21), ("이", "Lee", 15), ("박", "Park", 9), ("최", "Choi", 5), ("정", "Jung", 5), ("강", "Kang", 3),
    ("조", "Cho", 2), ("윤", "Yoon", 2), ("장", "Jang", 2), ("임", "Lim", 2), ("한", "Han", 2), ("오", "Oh", 2),
    ("서", "Seo", 2), ("신", "Shin", 2), ("권", "Kwon", 2), ("황", "Hwang", 1), ("안", "Ahn", 1), ("송", "Song", 1),
    ("류", "Ryu", 1), ("남궁", "Namgung", 1), ("제갈", "Jegal", 1), ("배", "Bae", 1), ("백", "Baek", 1),
)  # fmt: skip
GIVEN: Final = (
    ("민준", "Minjun"), ("서연", "Seoyeon"), ("도윤", "Doyun"), ("하은", "Haeun"), ("지호", "Jiho"), ("수아", "Sua"),
    ("예준", "Yejun"), ("지우", "Jiwoo"), ("현우", "Hyunwoo"), ("서현", "Seohyun"), ("건우", "Gunwoo"),
    ("채원", "Chaewon"), ("우진", "Woojin"), ("다은", "Daeun"), ("준서", "Junseo"), ("은지", "Eunji"),
    ("성민", "Sungmin"), ("유진", "Yujin"), ("재현", "Jaehyun"), ("소영", "Soyoung"), ("태윤", "Taeyun"),
    ("하늘", "Haneul"), ("한결", "Hangyeol"), ("보람", "Boram"), ("가람", "Garam"), ("별", "Byeol"), ("솔", "Sol"),
    ("경수", "Kyungsoo"), ("미경", "Mikyung"), ("영호", "Youngho"), ("정훈", "Junghoon"), ("혜진", "Hyejin"),
    ("상우", "Sangwoo"), ("나래", "Narae"), ("동현", "Donghyun"), ("승희", "Seunghee"), ("윤슬", "Yunseul"),
)  # fmt: skip
FOREIGN: Final = (
    "Amelia Novak", "Lukas van der Berg", "Priya Raghunathan", "João Carvalho da Silva", "Ingrid Sørensen",
    "Kwame Asante-Boateng", "Nguyễn Thị Mai Anh", "Elena Petrova", "Hiroshi Tanaka", "Fatima al-Zahra Benali",
    "Oliver O'Sullivan", "Chiara De Luca", "Anders Lindqvist", "Mei-Ling Chen", "Tomás Ó Briain", "Sofia Castellanos",
    "Wei Zhang", "Ananya Iyer", "Jean-Baptiste Morel", "Greta Müller-Hoffmann", "Yusuf Demir", "Zofia Wiśniewska",
)  # fmt: skip

COMPANY_ROOTS: Final = (
    ("새벽결", "Saebyeokgyeol"), ("한빛누리", "Hanbitnuri"), ("다온솔", "Daonsol"), ("온누리말", "Onnurimal"),
    ("미르내", "Mirnae"), ("해솔가온", "Haesolgaon"), ("푸른마루", "Pureunmaru"), ("도담결", "Dodamgyeol"),
    ("라온지혜", "Raonjihye"), ("가온별", "Gaonbyeol"), ("늘찬", "Neulchan"), ("윤슬말뭉치", "Yunseul Corpus"),
    ("한글샘", "Hangeulsaem"), ("아람결", "Aramgyeol"), ("참서리", "Chamseori"), ("두루빛", "Durubit"),
    ("슬기마당", "Seulgimadang"), ("너른들", "Neoreundeul"), ("바른결", "Bareungyeol"), ("소담채", "Sodamchae"),
    ("이든솔", "Idensol"), ("단비누리", "Danbinuri"), ("여울목", "Yeoulmok"), ("마루한", "Maruhan"),
    ("초롱샘", "Chorongsaem"), ("나린터", "Narinteo"), ("물빛결", "Mulbitgyeol"), ("하람별", "Harambyeol"),
    ("가람온", "Garamon"), ("솔내음", "Solnaeeum"), ("별하늘", "Byeolhaneul"), ("다솜누리", "Dasomnuri"),
    ("빛고을터", "Bitgoeulteo"), ("온새미", "Onsaemi"), ("찬누리", "Channuri"), ("예그리나", "Yegeurina"),
)  # fmt: skip
COMPANY_ENDS: Final = (
    ("인공지능", "AI"), ("테크", "Tech"), ("로보틱스", "Robotics"), ("데이터", "Data"), ("랩스", "Labs"),
    ("소프트", "Soft"), ("클라우드", "Cloud"), ("시스템즈", "Systems"), ("헬스", "Health"), ("미디어", "Media"),
)  # fmt: skip
UNIVERSITIES: Final = (
    ("한뫼대학교", "Hanmoe University"), ("가람과학기술원", "Garam Institute of Science and Technology"),
    ("새솔대학교", "Saesol University"), ("아리수대학교", "Arisu University"), ("두물대학교", "Dumul University"),
    ("온결대학교", "Ongyeol University"), ("해오름대학교", "Haeoreum University"), ("너울대학교", "Neoul University"),
    ("달구벌공과대학교", "Dalgubeol Institute of Technology"), ("탐라한빛대학교", "Tamna Hanbit University"),
)  # fmt: skip
DEPARTMENTS: Final = (
    "인공지능학과", "컴퓨터공학부", "전기전자공학부", "데이터사이언스대학원", "언어학과", "산업공학과", "통계학과", "의공학과",
)  # fmt: skip
INSTITUTES: Final = (
    ("누리지능연구원", "Nuri Intelligence Research Institute"), ("한결언어정보연구소", "Hangyeol Language Institute"),
    ("미래반도체연구원", "Mirae Semiconductor Institute"), ("바다기후연구원", "Bada Climate Institute"),
    ("온결의생명연구원", "Ongyeol Biomedical Institute"), ("가온표준연구원", "Gaon Standards Institute"),
)  # fmt: skip
PUBLIC_BODIES: Final = (("누리공공데이터원", "Nuri Public Data Agency"), ("한마음의료원", "Hanmaeum Medical Center"))
ABROAD: Final = (
    ("Lindenhof Institute for Machine Learning", "DE", "research_institute"),
    ("University of Westhaven", "GB", "university"), ("Sakuragawa Robotics K.K.", "JP", "company_mid"),
    ("Cedar Point Video AI Inc.", "US", "company_sme"),
)  # fmt: skip
SUPPLIERS: Final = (("한울클라우드", "Hanul Cloud"), ("너른마당인프라", "Neoreunmadang Infra"))
KEYWORDS: Final = (
    "한국어 언어모델, Korean language models, 사전학습, pre-training",
    "멀티모달, multimodal learning, 영상 이해, video understanding",
    "강화학습, reinforcement learning, 추론, reasoning, 에이전트, agents",
    "AI 반도체, AI accelerators, 분산학습, distributed training",
    "데이터 품질, data quality, 말뭉치, corpora, 저작권, copyright",
    "AI 안전, AI safety, 정렬, alignment, 평가, evaluation",
    "제조 AI, manufacturing, 로봇, robotics, 디지털트윈, digital twins",
    "의료 AI, medical AI, 임상, clinical data, 개인정보, privacy",
    "기후, climate, 과학 인공지능, AI for science, 시뮬레이션, simulation",
    "음성, speech, 번역, machine translation, 다국어, multilingual",
    "경량화, model compression, 온디바이스, on-device, 양자화, quantisation",
    "오픈소스, open source, 생태계, ecosystem, 공공서비스, public services",
)


@dataclass(frozen=True)
class Name:
    shown: str
    latin: str  # for an e-mail address


@dataclass(frozen=True)
class House:
    """An organisation: `kind` is a code of programs.definition.INSTITUTION_KINDS."""

    name: str
    name_en: str
    kind: str
    registration: str
    country: str = "KR"
    supplier: bool = False

    @property
    def domain(self) -> str:
        return "".join(c for c in self.name_en.lower() if c.isascii() and c.isalnum())[:24] or "house"


def korean(rng: random.Random) -> Name:
    (ko, en, _), given = rng.choices(FAMILY, weights=[f[2] for f in FAMILY])[0], rng.choice(GIVEN)
    return Name(ko + given[0], f"{given[1]}.{en}".lower())


def foreign(rng: random.Random) -> Name:
    shown = rng.choice(FOREIGN)
    plain = "".join(c if c.isascii() and c.isalpha() else "-" for c in shown.lower())
    return Name(shown, ".".join(part for part in plain.split("-") if part))


def registration(rng: random.Random) -> str:
    """Ten digits of a business number, as no office has given it."""
    return f"9{rng.randrange(10, 99)}{rng.randrange(10, 99)}{rng.randrange(10_000, 99_999)}"


class Houses:
    """The organisations of one demonstration; each is invented once."""

    def __init__(self, rng: random.Random) -> None:
        self._rng, self._numbers = rng, set[str]()
        roots = list(COMPANY_ROOTS)
        rng.shuffle(roots)
        self._roots = roots
        self._companies = 0
        self.universities = [self._house(*n, "university") for n in UNIVERSITIES]
        self.institutes = [self._house(*n, "research_institute") for n in INSTITUTES]
        self.public_bodies = [self._house(*n, "public_body") for n in PUBLIC_BODIES]
        self.suppliers = [self._house(*n, "company_large", supplier=True) for n in SUPPLIERS]
        self.abroad = [self._house(n, n, kind, country=country) for n, country, kind in ABROAD]

    def _house(self, name: str, name_en: str, kind: str, country: str = "KR", *, supplier: bool = False) -> House:
        number = registration(self._rng)
        while number in self._numbers:
            number = registration(self._rng)
        self._numbers.add(number)
        shown = number if country == "KR" else f"{country}{number}"
        return House(name, name_en, kind, shown, country, supplier)

    def company(self, kind: str) -> House:
        """A company that no team has yet."""
        round_, place = divmod(self._companies, len(self._roots))
        self._companies += 1
        root = self._roots[place]
        end = COMPANY_ENDS[(place + 3 * round_) % len(COMPANY_ENDS)]
        return self._house(root[0] + end[0], f"{root[1]} {end[1]}", kind)
