"""How the list of buckets for teams is read: names that stay, places side by side, no secret in any message."""

from pathlib import Path

import pytest

from steelyard.config.groups.places import ObjectSettings
from steelyard.config.sources import load
from steelyard.config.team_bucket_list import check_team_buckets
from steelyard.config.team_buckets import TeamPlace, team_places
from steelyard.kernel.errors import Invalid

DATA = Path("/var/lib/steelyard")


def places(text: str, bucket: str = "") -> list[TeamPlace]:
    return team_places(ObjectSettings(bucket=bucket, team_buckets=text), DATA)


# item → name (that made from a place is checked apart), location, provider, bucket, path
CASES = {
    "lab=s3://data/team": ("lab", "s3://data/team", "AWS", "data", "team"),
    "lab=s3://AK:SK@data": ("lab", "s3://data", "AWS", "data", ""),
    "lab=s3://AK:SK@s3.eu-west-1.amazonaws.com/data/a": ("lab", "s3://data/a", "AWS", "data", "a"),
    "a.b-c_9=s3://AK:p%2Cw@minio:9000/data/a?tls=false": ("a.b-c_9", "s3://minio:9000/data/a", "MINIO", "data", "a"),
    "lab=cw://data/a": ("lab", "s3://cwobject.com/data/a", "COREWEAVE", "data", "a"),
    "lab=az://:a2V5@account/data/a": ("lab", "az://account/data/a", "AZURE", "data", "a"),
    "lab=file:///srv/lab%20one": ("lab", "file:///srv/lab%20one", "FILE", "lab one", "/srv"),
}


@pytest.mark.parametrize("text", CASES)
def test_an_item_is_read(text: str) -> None:
    (place,) = places(f" {text} ,")
    assert (place.name, place.location, place.provider, place.bucket, place.path) == CASES[text]


def test_a_place_without_a_name_gets_one_that_stays() -> None:
    """Whatever else is listed, in whatever order, and whoever the account is."""
    one, two = places("s3://AK:SK@minio:9000/data/a,s3://Other_Data")
    assert [item.name for item in places("s3://Other_Data,s3://X:Y@minio:9000/data/a?region=x")] == [two.name, one.name]
    assert one.name.startswith("data-a-")
    assert two.name.startswith("other-data-")
    assert one.name != places("s3://minio:9001/data/a")[0].name


def test_any_bucket_of_coreweave_is_nothing_to_choose() -> None:
    assert [item.name for item in places("cw://,lab=s3://data")] == ["lab"]


@pytest.mark.parametrize(
    "text",
    ["La b=s3://SECRET:SECRET@data", "lab=ftp://SECRET@data", "s3://SECRET:SECRET@h:1/", "=s3://data", "lab=file://x"],
)
def test_what_cannot_be_read_is_refused_without_its_secret(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_team_buckets(text)
    assert "SECRET" not in refused.value.message


@pytest.mark.parametrize(
    ("text", "bucket", "why"),
    [
        ("lab=s3://a,lab=s3://b", "", "listed twice"),
        ("lab=s3://data/a,x=s3://data/a", "", "lie in one another"),
        ("lab=s3://data/a,x=s3://data/a/b", "", "lie in one another"),
        ("lab=s3://K:S@h:1/data/a", "s3://h:1/data", "lie in one another"),
        ("lab=s3://data/a", "s3://K:S@s3.us-east-1.amazonaws.com/data", "lie in one another"),
        (f"lab=file://{DATA}/objects/lab", "", "lie in one another"),
        (f"lab=file://{DATA}", "", "lie in one another"),
    ],
)
def test_places_that_overlap_are_refused(text: str, bucket: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        places(text, bucket)


def test_places_side_by_side_are_fine() -> None:
    assert len(places("lab=s3://data/ab,x=s3://data/b,y=s3://h:1/data/a,z=file:///srv/z", "s3://data/a")) == 4


def test_the_setting_comes_by_either_name_and_is_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "buckets"
    file.write_text("lab=s3://AK:SECRET@h:1/data\n")
    for env in (
        {"GORILLA_SUPPORTED_FILE_STORES": "lab=s3://AK:SECRET@h:1/data"},
        {"STEELYARD_OBJECTS_TEAM_BUCKETS": "lab=s3://AK:SECRET@h:1/data"},
        {"STEELYARD_OBJECTS_TEAM_BUCKETS_FILE": str(file)},
    ):
        loaded = load({}, env)
        (place,) = team_places(loaded.settings.objects, DATA)
        assert place.name == "lab"
        assert "SECRET" not in repr(place)
        (shown,) = [item for item in loaded.origins if item.path == "objects.team_buckets"]
        assert "SECRET" not in shown.shown
    with pytest.raises(Invalid, match="GORILLA_SUPPORTED_FILE_STORES: bucket 1") as refused:
        load({}, {"GORILLA_SUPPORTED_FILE_STORES": "ftp://AK:SECRET@h"})
    assert "SECRET" not in refused.value.message
