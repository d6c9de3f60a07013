"""What the server tells clients it can do."""

from steelyard.domains.admin.features import OFF, ON, list_features, unknown_names


def test_a_capability_is_on_or_off_and_listed_once() -> None:
    features = list_features(frozenset())
    names = [feature.name for feature in features]
    assert len(names) == len(set(names)) == len(ON) + len(OFF)
    assert {feature.name for feature in features if feature.enabled} == ON.keys()
    assert all(feature.reason for feature in features)


def test_each_may_be_switched_off_and_none_on() -> None:
    for name in [*ON, *OFF]:
        before, after = ({feature.name: feature for feature in list_features(frozenset(off))} for off in ((), (name,)))
        assert not after[name].enabled
        assert after[name].switched_off is (name in ON)
        assert [other for other in before if other != name and before[other] != after[other]] == []


def test_names_that_switch_nothing_are_told() -> None:
    assert unknown_names(frozenset({"ARTIFACT_TAGS", "EVAL_TABLES_CES", "ARTIFACT_TAG"})) == ["ARTIFACT_TAG"]
