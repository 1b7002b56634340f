"""What tests share: the shipped content, the second city's, and what is built from them once."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import hypothesis
import pytest

from knowledge.encoder import Encoder
from knowledge.live import LIBRARY, Content
from knowledge.models import Knowledge
from knowledge.search import Search
from knowledge.storage import ROOT, load
from tests import built

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
# The same examples each time, and no time limit an example: the machine may be busy.
hypothesis.settings.register_profile(
    "chuangwen", derandomize=True, deadline=None, database=None, max_examples=100
)
hypothesis.settings.load_profile("chuangwen")

CITY = Path(__file__).parent / "city"


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The shipped content."""
    return load()


@pytest.fixture(scope="session")
def city() -> Knowledge:
    """An invented city's content, alone."""
    return load(CITY)


@pytest.fixture(scope="session")
def both() -> Knowledge:
    """The shipped content and the invented city's."""
    return load(ROOT, CITY)


@pytest.fixture(scope="session")
def content() -> Content:
    """The shipped content in use, as actions and components see it; built once a run."""
    return built.in_use()


@pytest.fixture(scope="session")
def search(content: Content) -> Search:
    return content.search


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The encoder that the shipped content uses: its weights take seconds to read."""
    return LIBRARY.encoder


@pytest.fixture(scope="session")
def city_search(city: Knowledge, encoder: Encoder) -> Search:
    return Search.build(city, encoder)


@pytest.fixture
def city_copy(tmp_path: Path) -> Path:
    """The invented city's folder, to be broken."""
    return Path(shutil.copytree(CITY, tmp_path / "city"))
