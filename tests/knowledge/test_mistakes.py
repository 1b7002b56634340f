"""Broken content: every mistake is reported at once, and nothing half-loaded is served."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.reader import ContentError
from knowledge.storage import ROOT, load
from tests.conftest import CITY

POLICY = "policies/yz-2021/policy.yml"
MEASURE = "policies/yz-2021/measures/01.yml"
FAIR = "policies/yz-2021/measures/40.yml"
PLACE = "places/yunze/place.yml"
UNITS = "places/yunze/units.yml"
CONTACTS = "places/yunze/contacts.yml"
ROUTING = "places/yunze/routing.yml"
HOTLINES = "places/yunze/hotlines.yml"


def replace(folder: Path, file: str, old: str, new: str) -> None:
    """Put `new` in the place of the first `old`, which must be there."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def mistakes_of(*folders: Path) -> list[str]:
    with pytest.raises(ContentError) as caught:
        load(*folders)
    return caught.value.mistakes


# What is done to the copy (file, old, new), and the whole mistake that must be among those named.
EDITS: dict[str, tuple[str, str, str, str]] = {
    "unknown unit": (
        MEASURE,
        "units: [startup-office, fair-society]",
        "units: [startup-ofice, fair-society]",
        f"city/{MEASURE}: 1.1: units: unknown units? 'startup-ofice' "
        r"\(did you mean 'startup-office'\?\)",
    ),
    "unknown topic": (
        MEASURE,
        "topics: [premises]",
        "topics: [premisses]",
        f"city/{MEASURE}: 1.1: topics: unknown topics? 'premisses' "
        r"\(did you mean 'premises'\?\)",
    ),
    "unknown audience": (
        MEASURE,
        "audience: [newcomer]",
        "audience: [newcomers]",
        f"city/{MEASURE}: 1.1: audience: unknown audience 'newcomers' "
        r"\(did you mean 'newcomer'\?\)",
    ),
    "unknown document": (
        MEASURE,
        "documents: [yz-data]",
        "documents: [yz-date]",
        f"city/{MEASURE}: 1.2: documents: unknown documents? 'yz-date' "
        r"\(did you mean 'yz-data'\?\)",
    ),
    "document that the text does not cite": (
        MEASURE,
        "documents: []",
        "documents: [yz-data]",
        f"city/{MEASURE}: 1.1: documents: .*云府〔2020〕7号",
    ),
    "unknown kind": (
        MEASURE,
        "kind: offer",
        "kind: ofer",
        rf"city/{MEASURE}: 1.1: kind: unknown kind 'ofer' \(did you mean 'offer'\?\); "
        "one of offer, service, duty",
    ),
    "quote that is not in the source": (
        MEASURE,
        "按每平方米20元补贴房租",
        "按每平方米30元补贴房租",
        f"city/{MEASURE}: 1.1: quote: is not a line of source.txt .*did you mean '.*20元",
    ),
    "quote that is a part of a line": (
        FAIR,
        'quote: "每年秋天举办创业集市，免费',
        'quote: "免费',
        f"city/{FAIR}: 40.1: quote: is not a line of source.txt",
    ),
    "gap filled in the quote": (
        MEASURE,
        "创业园的〔缺字〕情况",
        "创业园的入驻情况",
        f"city/{MEASURE}: 1.2: quote: is not a line of source.txt",
    ),
    "missing language": (
        MEASURE,
        "    en: Startups in the city's startup park get a rent subsidy of 20 yuan a square "
        "metre for at most 12 months.\n",
        "",
        f"city/{MEASURE}: 1.1: summary: the language en is missing",
    ),
    "unknown language": (
        MEASURE,
        "    zh-Hant:\n    - 創業園租金",
        "    zh-HK:\n    - 創業園租金",
        f"city/{MEASURE}: 1.1: questions: unknown key 'zh-HK'",
    ),
    "misspelled language of a text": (
        MEASURE,
        "zh-Hans: 保障创业用房",
        "zh-hans: 保障创业用房",
        f"city/{MEASURE}: title: unknown language 'zh-hans' "
        r"\(did you mean 'zh-Hans'\?\)",
    ),
    "duplicate provision": (
        MEASURE,
        'id: "1.2"',
        'id: "1.1"',
        f"city/{MEASURE}: 1.1: id: the provision '1.1' is there twice",
    ),
    "provision of another measure": (
        MEASURE,
        'id: "1.2"',
        'id: "2.2"',
        f"city/{MEASURE}: 2.2: id: '2.2' does not belong to measure 1",
    ),
    "provision id without quotes": (
        MEASURE,
        'id: "1.2"',
        "id: 1.2",
        f"city/{MEASURE}: 1.2: id: 1.2 is of the wrong kind",
    ),
    "duplicate measure": (
        FAIR,
        "measure: 40",
        "measure: 1",
        f"city/{FAIR}: measure: the number 1 is there twice",
    ),
    "duplicate unit": (
        UNITS,
        "id: fair-society",
        "id: startup-office",
        f"city/{UNITS}: startup-office: id: 'startup-office' is there twice",
    ),
    "duplicate contact": (
        CONTACTS,
        "id: data-bureau",
        "id: enterprise-bureau",
        f"city/{CONTACTS}: enterprise-bureau: id: 'enterprise-bureau' is there twice",
    ),
    "duplicate hotline": (
        HOTLINES,
        'number: "00200"',
        'number: "00100"',
        f"city/{HOTLINES}: 00100: number: '00100' is there twice",
    ),
    "duplicate change": (
        "changes.yml",
        "id: yz-whole",
        "id: yz-park-moved",
        "city/changes.yml: yz-park-moved: id: 'yz-park-moved' is there twice",
    ),
    "duplicate question": (
        MEASURE,
        "    - 入驻云泽市创业园能省多少房租",
        "    - 创业园的房租有补贴吗",
        f"city/{MEASURE}: 1.1: questions: the question '创业园的房租有补贴吗' is there twice",
    ),
    "key written twice": (
        MEASURE,
        "  kind: offer",
        "  kind: offer\n  kind: duty",
        rf"city/{MEASURE}: not readable as YAML: line \d+: the key 'kind' stands twice",
    ),
    "broken YAML": (
        UNITS,
        "names: [集市协会]",
        "names: [集市协会",
        rf"city/{UNITS}: not readable as YAML: .*line \d+",
    ),
    "a list instead of a mapping": (
        "sources.yml",
        "sources:\n",
        "",
        "city/sources.yml: must be a mapping, is list",
    ),
    "unknown key": (
        MEASURE,
        "  topics: [premises]",
        "  topic: [premises]",
        f"city/{MEASURE}: 1.1: unknown key 'topic'",
    ),
    "missing key with its misspelling": (
        MEASURE,
        "  topics: [premises]",
        "  topic: [premises]",
        rf"city/{MEASURE}: 1.1: topics: is missing \(did you mean 'topic'\?\)",
    ),
    "text instead of a list": (
        MEASURE,
        "topics: [premises]",
        "topics: premises",
        f"city/{MEASURE}: 1.1: topics: 'premises' is of the wrong kind",
    ),
    "numbers in a list of texts": (
        PLACE,
        "aliases: [云泽市",
        "aliases: [2021",
        f"city/{PLACE}: aliases: every entry must be a text",
    ),
    "text instead of yes or no": (
        UNITS,
        "confirmed: true",
        "confirmed: probably",
        f"city/{UNITS}: startup-office: confirmed: 'probably' is of the wrong kind",
    ),
    "empty quote": (
        FAIR,
        "每年秋天举办创业集市，免费提供展位，展示初创企业的稻米、陶器和竹编。",
        " ",
        f"city/{FAIR}: 40.1: quote: is empty",
    ),
    "entry that is no mapping": (
        "glossary.yml",
        "terms:\n",
        "terms:\n- 创业集市\n",
        "city/glossary.yml: terms: entry 1 must be a mapping",
    ),
    "amount that the text lacks": (
        MEASURE,
        "可按每平方米20元领房租补贴",
        "可按每平方米25元领房租补贴",
        f"city/{MEASURE}: 1.1: summary: zh-Hans: '25' is not in the text of the provision",
    ),
    "unknown place": (
        POLICY,
        "place: yunze",
        "place: yunzi",
        rf"city/{POLICY}: place: unknown place 'yunzi' \(did you mean 'yunze'\?\)",
    ),
    "policy in another's folder": (
        POLICY,
        "id: yz-2021",
        "id: yz-2020",
        f"city/{POLICY}: id: is 'yz-2020', but the folder is named 'yz-2021'",
    ),
    "chapter with a measure that is not there": (
        POLICY,
        "measures: [1, 40]",
        "measures: [1, 40, 41]",
        f"city/{POLICY}: .*measures: there is no measure 41",
    ),
    "measure in no chapter": (
        POLICY,
        "measures: [1, 40]",
        "measures: [1]",
        "policies/yz-2021/policy.yml: chapters: measure 40 must stand in exactly one chapter",
    ),
    "unknown contact of a unit": (
        UNITS,
        "contacts: [fair-office]",
        "contacts: [fair-ofice]",
        rf"city/{UNITS}: fair-society: contacts: unknown contacts? 'fair-ofice' "
        r"\(did you mean 'fair-office'\?\)",
    ),
    "unknown hotline of a contact": (
        CONTACTS,
        'hotlines: ["00200"]',
        'hotlines: ["00201"]',
        rf"city/{CONTACTS}: fair-office: hotlines: unknown hotlines? '00201'",
    ),
    "unknown fallback hotline": (
        PLACE,
        'fallback_hotline: "00100"',
        'fallback_hotline: "00101"',
        rf"city/{PLACE}: fallback_hotline: unknown fallback_hotline '00101'",
    ),
    "route of an unknown unit": (
        ROUTING,
        "unit: startup-office",
        "unit: startup",
        rf"city/{ROUTING}: startup: unit: unknown unit 'startup' "
        r"\(did you mean 'startup-office'\?\)",
    ),
    "route of an unknown provision": (
        ROUTING,
        '["yz-2021/1.2"]',
        '["yz-2021/1.3"]',
        r"yunze/routing.yml: startup-office: unknown provision 'yz-2021/1.3' \(did you mean 'yz-",
    ),
    "route to an unknown contact": (
        ROUTING,
        "- contact: enterprise-bureau",
        "- contact: enterprises",
        f"city/{ROUTING}: startup-office: enterprises: contact: unknown contact 'enterprises'",
    ),
    "office beyond the text without a source": (
        ROUTING,
        "sources: [yz-site]",
        "sources: [yz-elsewhere]",
        "yunze/routing.yml: enterprise-bureau: see_also needs a source of sources.yml",
    ),
    "change of an unknown provision": (
        "changes.yml",
        'provisions: ["yz-2021/1.2"]',
        'provisions: ["yz-2021/7.7"]',
        "changes.yml: yz-park-moved: unknown provision 'yz-2021/7.7'",
    ),
    "change of an unknown policy": (
        "changes.yml",
        "policies: [yz-2021]",
        "policies: [yz-2020]",
        r"changes.yml: yz-whole: unknown policy 'yz-2020' \(did you mean 'yz-2021'\?\)",
    ),
    "change of unknown standing": (
        "changes.yml",
        "status: open",
        "status: rumoured",
        "city/changes.yml: yz-rent-open: status: unknown status 'rumoured'",
    ),
    "term of an unknown provision": (
        "glossary.yml",
        'provisions: ["yz-2021/40.1"]',
        'provisions: ["yz-2021/41.1"]',
        "glossary.yml: yz-startup-fair: unknown provision 'yz-2021/41.1'",
    ),
    "label without English": (
        "labels.yml",
        "duty: {zh-Hans: 部门的任务, en: A task for offices}",
        "duty: {zh-Hans: 部门的任务}",
        "city/labels.yml: duty: the language en is missing",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_a_mistake_is_named_with_file_item_key_and_a_way_out(city_copy: Path, name: str) -> None:
    file, old, new, expected = EDITS[name]
    replace(city_copy, file, old, new)
    found = mistakes_of(city_copy)
    assert any(re.search(expected, mistake) for mistake in found), found


def test_a_unit_is_suggested_by_what_people_call_it_too(tmp_path: Path) -> None:
    # The tax bureau's contact is `tax`; nothing in the id `guoshui` looks like it.
    shutil.copytree(ROOT, tmp_path / "knowledge", ignore=shutil.ignore_patterns("*.py", "__*"))
    replace(
        tmp_path / "knowledge",
        "policies/sz-2016/measures/06.yml",
        "units: [guoshui,",
        "units: [taxx,",
    )
    [mistake] = mistakes_of(tmp_path / "knowledge")
    assert re.search(
        r"06\.yml: 6\.1: .*unknown unit.* 'taxx' \(did you mean 'guoshui'\?\)", mistake
    )


def test_a_provision_needs_a_name(city_copy: Path) -> None:
    replace(
        city_copy,
        FAIR,
        "  name:\n    zh-Hans: 创业集市免费展位\n    en: Free stalls at the startup fair\n",
        "",
    )
    assert any("40.1: name: is missing" in mistake for mistake in mistakes_of(city_copy))


@pytest.mark.parametrize(
    "file", [POLICY, PLACE, ROUTING, "labels.yml", "out_of_scope.yml", "documents.yml"]
)
def test_a_missing_file_is_named(city_copy: Path, file: str) -> None:
    (city_copy / file).unlink()
    assert f"city/{file}: the file is missing" in mistakes_of(city_copy)


def test_a_missing_source_text_is_named(city_copy: Path) -> None:
    (city_copy / "policies/yz-2021/source.txt").unlink()
    assert any("source.txt" in mistake for mistake in mistakes_of(city_copy))


@pytest.mark.parametrize("file", [MEASURE, "sources.yml", "policies/yz-2021/source.txt"])
def test_a_file_that_is_not_utf8_is_named(city_copy: Path, file: str) -> None:
    (city_copy / file).write_bytes("城市".encode("gb18030"))
    assert any(file in mistake for mistake in mistakes_of(city_copy))


def test_a_provision_without_questions_would_never_be_found_and_is_refused(city_copy: Path) -> None:
    data = yaml.safe_load((city_copy / FAIR).read_text(encoding="utf-8"))
    data["provisions"][0]["questions"] = {"zh-Hans": [], "en": []}
    (city_copy / FAIR).write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    assert any("40.1: questions: at least one" in mistake for mistake in mistakes_of(city_copy))


@pytest.mark.parametrize("label", ["units", "no_units", "as_of", "heading", "see_also"])
def test_a_label_that_cards_need_is_missed_when_loading_not_when_answering(
    city_copy: Path, label: str
) -> None:
    path = city_copy / "labels.yml"
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(f"{label}:")]
    path.write_text("\n".join(kept), encoding="utf-8")
    assert any("labels.yml" in mistake and label in mistake for mistake in mistakes_of(city_copy))


def test_a_label_with_a_gap_that_nothing_fills_is_refused(city_copy: Path) -> None:
    replace(city_copy, "labels.yml", "{hotline}", "{hotlin}")
    assert any("no_units" in mistake for mistake in mistakes_of(city_copy))


def test_a_folder_without_a_policy_is_refused(tmp_path: Path) -> None:
    assert any("holds no policy" in mistake for mistake in mistakes_of(tmp_path))


def test_the_same_policy_and_place_twice_are_refused(city_copy: Path) -> None:
    found = mistakes_of(CITY, city_copy)
    assert any("the policy 'yz-2021' is there twice" in mistake for mistake in found)
    assert any("the place 'yunze' is there twice" in mistake for mistake in found)


def test_every_mistake_of_every_file_is_reported_at_once(city_copy: Path) -> None:
    chosen = ("unknown unit", "broken YAML", "missing language", "change of an unknown policy",
              "unknown hotline of a contact", "measure in no chapter")  # fmt: skip
    for name in chosen:
        file, old, new, _ = EDITS[name]
        replace(city_copy, file, old, new)
    with pytest.raises(ContentError) as caught:
        load(city_copy)
    found = caught.value.mistakes
    for name in chosen:
        # With units.yml unreadable there is no unit left to be suggested.
        expected = EDITS[name][3].replace(r" \(did you mean 'startup-office'\?\)", "")
        assert any(re.search(expected, mistake) for mistake in found), (name, found)
    assert all(mistake in str(caught.value) for mistake in found)
    assert str(len(found)) in str(caught.value).splitlines()[0]


def test_mistakes_of_one_folder_are_told_from_anothers(city_copy: Path, tmp_path: Path) -> None:
    other = tmp_path / "town"
    city_copy.rename(other)
    replace(other, "labels.yml", "duty:", "duty")
    replace(other, MEASURE, "kind: offer", "kind: ofer")
    assert any(mistake.startswith(f"town/{MEASURE}") for mistake in mistakes_of(other))


def test_a_number_as_a_key_is_a_mistake_like_any_other(city_copy: Path) -> None:
    replace(city_copy, MEASURE, "  topics: [premises]", "  2021: [premises]")
    found = mistakes_of(city_copy)
    assert any("topics: is missing" in mistake for mistake in found)
    assert any("unknown key 2021" in mistake for mistake in found)


@pytest.mark.parametrize("overrides", ["", " [展位]", " 展位"])
def test_traditional_overrides_that_are_no_mapping_are_a_mistake_or_none(
    city_copy: Path, overrides: str
) -> None:
    (city_copy / "zh-hant.yml").write_text(f"overrides:{overrides}\n", encoding="utf-8")
    if overrides:
        assert any("zh-hant.yml" in mistake for mistake in mistakes_of(city_copy))
    else:
        assert load(city_copy).provisions


def test_traditional_overrides_hold_for_every_text(city_copy: Path) -> None:
    (city_copy / "zh-hant.yml").write_text("overrides:\n  展位: 攤檔\n", encoding="utf-8")
    summary = load(city_copy).provisions["yz-2021/40.1"].summary
    assert "攤檔" in summary["zh-Hant"]
    assert "展位" in summary["zh-Hans"]


def test_a_traditional_text_that_is_given_counts_before_a_converted_one(city_copy: Path) -> None:
    replace(
        city_copy,
        FAIR,
        "  zh-Hans: 办好创业集市\n",
        "  zh-Hans: 办好创业集市\n  zh-Hant: 創業墟市\n",
    )
    title = load(city_copy).policies["yz-2021"].measures[40].title
    assert title["zh-Hant"] == "創業墟市"


def test_the_version_is_the_contents_hash(city_copy: Path) -> None:
    version = load(city_copy).version
    assert load(city_copy).version == version == load(CITY).version
    replace(city_copy, FAIR, "竹编摆摊要钱吗", "竹编摆摊收钱吗")
    assert load(city_copy).version != version


# Any value that YAML can hold, in the place of any value of any file.
_ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3000),
    st.floats(allow_nan=False),
    st.dates(),
    st.text(max_size=5),
    st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=3)), max_size=2),
    st.dictionaries(st.one_of(st.text(max_size=3), st.integers()), st.integers(), max_size=2),
)


def _places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value in a YAML tree."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(node, dict):
        inner = list(node.items())
    elif isinstance(node, list):
        inner = list(enumerate(node))
    return [path, *(p for key, value in inner for p in _places(value, (*path, key)))]


def _edited(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = dict(node) if isinstance(node, dict) else list(node)
    changed[path[0]] = _edited(node[path[0]], path[1:], value)
    return changed


def _renamed(node: Any, path: tuple[Any, ...], key: Any) -> Any:
    """The tree with the last key of `path` written as `key`."""
    changed = dict(node) if isinstance(node, dict) else list(node)
    if len(path) > 1:
        changed[path[0]] = _renamed(node[path[0]], path[1:], key)
    elif path and isinstance(changed, dict):
        changed[key] = changed.pop(path[0])
    return changed


_FILES = sorted(str(path.relative_to(CITY)) for path in CITY.rglob("*.yml"))


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_value_anywhere_breaks_loading_otherwise_than_by_a_list_of_mistakes(
    city_copy: Path, data: st.DataObject
) -> None:
    path = city_copy / data.draw(st.sampled_from(_FILES))
    written = path.read_text(encoding="utf-8")
    tree = yaml.safe_load(written)
    where = data.draw(st.sampled_from(_places(tree)))
    if data.draw(st.booleans()):
        tree = _edited(tree, where, data.draw(_ANYTHING))
    else:
        tree = _renamed(tree, where, data.draw(st.sampled_from([0, 2021, 1.5, True, None, "nmae"])))
    path.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
    try:
        load(city_copy)
    except ContentError as error:
        assert error.mistakes
    finally:
        path.write_text(written, encoding="utf-8")
