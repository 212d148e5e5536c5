"""The bridge between Korean and English texts: one concept a line, its Korean names, a bar, its English names.

Curated for the fields of the AI programs. English names are compared as whole words without case, and a plural of the
last word counts; Korean ones without spaces. A name stands in one line only (a test asks).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

TABLE: Final = """
거대언어모델, 대규모 언어모델, 초거대언어모델, 언어모델 | large language model, language model, llm
파운데이션 모델, 기반 모델 | foundation model
자연어처리, 자연어 이해 | natural language processing, natural language understanding, nlp
컴퓨터 비전, 영상 인식, 객체 탐지 | computer vision, image recognition, object detection
멀티모달, 다중모달 | multimodal, multi-modal
음성 인식 | speech recognition, asr
음성 합성 | speech synthesis, text-to-speech, tts
강화학습 | reinforcement learning, rlhf
지도학습 | supervised learning
자기지도학습, 비지도학습 | self-supervised learning, unsupervised learning
전이학습 | transfer learning
연합학습 | federated learning
사전학습 | pre-training, pretraining
미세조정, 파인튜닝 | fine-tuning, finetuning
추론 최적화, 추론 가속 | inference optimization, inference optimisation, inference acceleration
경량화, 양자화, 가지치기 | model compression, quantization, quantisation, pruning
분산 학습, 병렬 학습 | distributed training, parallel training
말뭉치, 학습 데이터 | corpus, training data
데이터 품질 | data quality
합성 데이터, 데이터 증강 | synthetic data, data augmentation
벤치마크, 성능평가 | benchmark, evaluation
기계번역 | machine translation
검색 증강 생성 | retrieval-augmented generation, retrieval augmented generation, rag
정보 검색 | information retrieval
추천 시스템 | recommender system, recommendation system
질의응답, 챗봇, 대화 시스템 | question answering, chatbot, dialogue system
에이전트 | agent, agentic
인공지능 안전, ai 안전 | ai safety, alignment
신뢰성, 신뢰할 수 있는 | trustworthiness, trustworthy, reliability
설명가능 인공지능, 설명가능성 | explainable ai, explainability, interpretability, xai
공정성, 편향 | fairness, bias
환각 | hallucination
저작권 | copyright
개인정보, 프라이버시 | privacy
차분 프라이버시, 동형암호 | differential privacy, homomorphic encryption
오픈소스, 공개 소프트웨어 | open source, open-source
생태계 | ecosystem
지식 그래프, 온톨로지 | knowledge graph, ontology
생성형 ai, 생성형 인공지능, 생성 모델, 확산 모델 | generative ai, generative model, diffusion model
그래프 신경망 | graph neural network, gnn
신경망, 딥러닝, 심층학습 | neural network, deep learning
기계학습, 머신러닝 | machine learning
인과 추론 | causal inference, causality
시계열 | time series
이상 탐지 | anomaly detection
최적화 | optimization, optimisation
시뮬레이션, 전산모사 | simulation
디지털 트윈 | digital twin
대리 모델, 물리 정보 신경망 | surrogate model, physics-informed
고성능 컴퓨팅, 슈퍼컴퓨팅, 슈퍼컴퓨터 | high-performance computing, high performance computing, hpc, supercomputing, supercomputer
클라우드, 데이터센터 | cloud, data center, data centre
그래픽처리장치 | gpu
반도체, 집적회로 | semiconductor, integrated circuit
신경망처리장치 | npu, neural processing unit
뉴로모픽 | neuromorphic
메모리 반도체, 고대역폭 메모리 | memory chip, high bandwidth memory, hbm
컴파일러 | compiler
온디바이스, 엣지 컴퓨팅 | on-device, edge computing
사물인터넷 | internet of things, iot
센서 | sensor
로봇, 로보틱스 | robot, robotics
휴머노이드 | humanoid
매니퓰레이터, 로봇 팔 | manipulator, robot arm
자율주행 | autonomous driving, self-driving
드론, 무인기 | drone, unmanned aerial vehicle, uav
스마트 제조, 스마트 공장, 스마트팩토리 | smart manufacturing, smart factory
공정 최적화, 공정 제어 | process optimization, process control
예지 보전, 고장 진단 | predictive maintenance, fault diagnosis
적층 제조 | additive manufacturing, 3d printing
비파괴 검사, 결함 검출 | nondestructive testing, defect detection
용접 | welding
조선, 선박 | shipbuilding, vessel
해양 | ocean, marine
철강, 제철 | steel, ironmaking
소재, 신소재 | material
소재 설계, 역설계 | materials design, materials informatics, inverse design
고분자 | polymer
촉매 | catalyst, catalysis
분자동역학 | molecular dynamics
양자화학, 제일원리 | quantum chemistry, first-principles, density functional theory
배터리, 이차전지 | battery, lithium-ion
수소 | hydrogen
연료전지 | fuel cell
태양전지, 태양광 | solar cell, photovoltaic
풍력 | wind power, wind turbine
원자력, 원자로 | nuclear power, nuclear reactor
핵융합, 플라즈마 | nuclear fusion, fusion, plasma
전력망, 스마트그리드 | power grid, smart grid
에너지 수요, 수요 예측 | energy demand, demand forecasting
탄소중립, 탄소 포집 | carbon neutrality, carbon capture
기후변화, 기후 | climate change, climate
기상 예측, 일기예보 | weather forecasting, weather prediction
위성 영상, 원격 탐사 | satellite imagery, remote sensing
대기오염, 미세먼지 | air pollution, particulate matter
수질, 수자원 | water quality, water resources
재난, 재해 | disaster
지진 | earthquake, seismic
의료 인공지능, 의료 ai, 디지털 헬스 | medical ai, healthcare ai, digital health
의료 영상, 영상의학 | medical imaging, radiology
전자의무기록, 의무기록 | electronic health record, medical record, ehr
임상, 임상시험 | clinical, clinical trial
진단 | diagnosis
종양, 항암 | cancer, tumor, tumour, oncology
신약, 신약 개발 | drug discovery, drug development
단백질 구조, 단백질 | protein structure, protein
유전체, 유전자 | genome, genomics, gene
전사체, 단일세포 | transcriptomics, single-cell
항체, 백신 | antibody, vaccine
바이오마커 | biomarker
뇌과학, 신경과학 | neuroscience, brain science
뇌파, 뇌-컴퓨터 인터페이스 | eeg, brain-computer interface
치매, 알츠하이머 | dementia, alzheimer
웨어러블 | wearable
정밀의료 | precision medicine
수술 로봇 | surgical robot
합성생물학 | synthetic biology
미생물 | microbiome, microbial
농업, 스마트팜 | agriculture, smart farm, smart farming
식품 | food
우주, 인공위성 | space, satellite
천문, 은하 | astronomy, galaxy
입자물리, 고에너지 물리 | particle physics, high-energy physics
양자컴퓨팅, 양자컴퓨터 | quantum computing, quantum computer
광학, 포토닉스 | optics, photonics
통신, 6g | communication, wireless network
사이버 보안, 정보보호 | cybersecurity, information security
악성코드, 침입 탐지 | malware, intrusion detection
블록체인 | blockchain
국방 | defense, defence
금융, 핀테크 | finance, fintech
위험 관리, 신용 평가 | risk management, credit scoring
법률, 판례 | legal, case law
행정, 공공 서비스 | public administration, public service
교육, 에듀테크 | education, edtech
학습 분석 | learning analytics
언어학 | linguistics
한국어 | korean
다국어, 저자원 언어 | multilingual, low-resource language
문화유산, 고문헌 | cultural heritage, historical documents
콘텐츠, 게임 | content, game
음악 | music
교통, 물류 | transportation, logistics
공급망 | supply chain
도시, 스마트시티 | urban, smart city
건설, 건축 | construction, architecture
구조물, 구조 건전성 | structural health, infrastructure
유체역학, 난류 | fluid dynamics, turbulence
제어 | control
인간-컴퓨터 상호작용, 사용자 경험 | human-computer interaction, user experience, hci
가상현실, 증강현실, 메타버스 | virtual reality, augmented reality, metaverse
"""

HANGUL: Final = re.compile(r"[가-힣]")
_SPACE = re.compile(r"\s+")


def plain(text: str) -> str:
    """NFC, without case, one space between words."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text).casefold()).strip()


def form(term: str) -> str:
    """How a plain term is compared: Korean without spaces, English with its last word's plural taken off."""
    return term.replace(" ", "") if HANGUL.search(term) else singular(term)


def singular(term: str) -> str:
    """A plain ending of the plural taken off; both sides are treated alike, so it need not be a word."""
    if len(term) <= 3 or not term.endswith("s") or term.endswith(("ss", "us", "is", "ics")):
        return term
    return term[:-3] + "y" if term.endswith("ies") else term[:-1]


def _rows() -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(plain(name) for side in line.split("|") for name in side.split(","))
        for line in TABLE.strip().splitlines()
    )


CONCEPTS: Final = _rows()  # the names of each, Korean first
CONCEPT_OF: Final = {form(name): number for number, names in enumerate(CONCEPTS) for name in names}


def named(number: int) -> tuple[str, str]:
    """The first Korean and the first English name of a concept."""
    names = CONCEPTS[number]
    return names[0], next(name for name in names if not HANGUL.search(name))
