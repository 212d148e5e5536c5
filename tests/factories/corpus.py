"""A corpus of two languages for the affinity: six fields, each written about in Korean alone and in English alone.

Of each field's twelve phrases about half stand in the term table; the others have no counterpart there. An abstract is
five phrases of its field and one of another among sentences that every field shares, so that the five nearest of many
reviewers are of the same field by chance in one case of six.
"""

from __future__ import annotations

import random

FIELDS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("거대언어모델", "말뭉치", "기계번역", "질의응답", "검색 증강 생성", "환각", "토크나이저", "문맥 창", "지시문 조정", "요약문", "형태소", "어휘 확장"),
        ("large language models", "corpus", "machine translation", "question answering", "retrieval-augmented generation", "hallucination", "tokenizer", "context window", "instruction following", "summaries", "morphology", "vocabulary expansion"),
    ),
    (
        ("의료 영상", "영상의학", "진단", "임상시험", "전자의무기록", "바이오마커", "환자 코호트", "판독문", "병변", "예후", "다기관", "중환자실"),
        ("medical imaging", "radiology", "diagnosis", "clinical trials", "electronic health records", "biomarkers", "patient cohorts", "reports of readings", "lesions", "prognosis", "multi-center", "intensive care"),
    ),
    (
        ("이차전지", "촉매", "소재 설계", "분자동역학", "고분자", "연료전지", "전해질", "합금", "결정 구조", "박막", "흡착", "물성"),
        ("batteries", "catalysts", "materials design", "molecular dynamics", "polymers", "fuel cells", "electrolytes", "alloys", "crystal structures", "thin films", "adsorption", "properties"),
    ),
    (
        ("로봇", "매니퓰레이터", "자율주행", "휴머노이드", "스마트 제조", "예지 보전", "파지", "보행", "궤적 계획", "조립 라인", "촉각", "원격 조종"),
        ("robots", "manipulators", "autonomous driving", "humanoids", "smart manufacturing", "predictive maintenance", "grasping", "locomotion", "trajectory planning", "assembly lines", "touch", "teleoperation"),
    ),
    (
        ("기후변화", "기상 예측", "위성 영상", "대기오염", "탄소중립", "전력망", "강수", "격자", "태풍", "배출권", "해수면", "일사량"),
        ("climate change", "weather forecasting", "satellite imagery", "air pollution", "carbon neutrality", "power grids", "precipitation", "meshes", "typhoons", "emission permits", "sea level", "irradiance"),
    ),
    (
        ("사이버 보안", "악성코드", "동형암호", "개인정보", "블록체인", "침입 탐지", "취약점", "인증서", "패킷", "난독화", "권한 상승", "키 교환"),
        ("cybersecurity", "malware", "homomorphic encryption", "privacy", "blockchain", "intrusion detection", "vulnerabilities", "certificates", "packets", "obfuscation", "privilege escalation", "key exchange"),
    ),
)  # fmt: skip
FRAMES = (
    ("본 과제는 {}의 한계를 넘어 {} 문제를 다룬다.", "특히 {}에 관한 기존 연구를 넓힌다.", "{} 성과를 산업에 적용하고 {} 인력을 기른다."),
    ("This project goes beyond the limits of {} and addresses {}.", "In particular it extends earlier work on {}.", "Its results on {} reach industry, and people are trained in {}."),
)  # fmt: skip
KOREAN, ENGLISH = 0, 1


def text(rng: random.Random, field: int, language: int) -> str:
    """About 200 characters on a field in one language."""
    phrases = rng.sample(FIELDS[field][language], 4)
    phrases.insert(rng.randrange(5), rng.choice(FIELDS[rng.randrange(len(FIELDS))][language]))
    told = iter(phrases)
    return " ".join(frame.format(*(next(told) for _ in range(frame.count("{}")))) for frame in FRAMES[language])


def corpus(seed: int, applications: int, reviewers: int) -> tuple[list[int], list[str], list[int], list[str]]:
    """(fields, Korean texts) of the applications and (fields, English texts) of the reviewers."""
    rng = random.Random(seed)
    theirs = [n % len(FIELDS) for n in range(applications)]
    ours = [n % len(FIELDS) for n in range(reviewers)]
    return theirs, [text(rng, f, KOREAN) for f in theirs], ours, [text(rng, f, ENGLISH) for f in ours]


def hits(affinity: list[list[int]], theirs: list[int], ours: list[int], nearest: int = 5) -> float:
    """Share of each application's nearest reviewers who are of its field."""
    found = 0
    for row, field in zip(affinity, theirs, strict=True):
        best = sorted(range(len(row)), key=lambda r: (-row[r], r))[:nearest]
        found += sum(ours[r] == field for r in best)
    return found / (nearest * len(theirs))


def long_texts(seed: int, count: int, length: int = 1500) -> list[str]:
    """Abstracts of `length` characters among Korean words of many forms, as common as words are (Zipf)."""
    rng, syllables = random.Random(seed), [chr(code) for code in range(0xAC00, 0xD7A4, 29)]
    stems = ["".join(rng.choices(syllables, k=rng.choice((2, 2, 3)))) for _ in range(20_000)]
    endings = ("", "을", "를", "의", "에서", "으로", "이", "은", "과", "하여", "하는", "적인")
    weights = [1 / (n + 5) for n in range(len(stems))]
    found = []
    for n in range(count):
        words = [stem + rng.choice(endings) for stem in rng.choices(stems, weights, k=length // 4)]
        found.append((text(rng, n % len(FIELDS), n % 2) + " " + " ".join(words))[:length])
    return found
