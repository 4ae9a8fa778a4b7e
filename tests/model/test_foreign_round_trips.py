"""Policy files in the formats of other tools, and back: the same, but for what is listed as lost."""

import pytest
from hypothesis import given

from adxmi_jupyter.model.foreign_files.registry import format_of, names
from adxmi_jupyter.model.foreign_files.values import Kind, ReadOptions
from tests.examples import examples
from tests.random_policy_files import facts, policy_files

URI = "c.westeurope"
FOREIGN = [name for name in names() if name != "adxmi"]


def there_and_back(hub, name):
    made = format_of(name)
    written = made.write(hub, (), ())
    read = made.read(written.files, ReadOptions(cluster_uri=URI))
    return written, read


def kept(content, lost):
    return {
        key
        for key, paths in facts(content)
        if not any(path[: len(one)] == one for path in paths for one in lost)
    }


def without_clusters(keys):
    """Return what is said of anything but the cluster, which has its address from an option."""
    return {key for key in keys if key[0] not in {"cluster", "resource"}}


def check(hub, name):
    written, read = there_and_back(hub, name)
    lost = [finding.path for finding in written.findings if finding.path]
    modes = {path[0] for path in lost if path[1:] == ("mode",)}

    back = kept(read.hub.content, [(section, "mode") for section in modes])

    assert without_clusters(back) == without_clusters(kept(hub.content, lost))
    for section in ("policy", "roles", "assigned", "callouts"):
        before, after = (getattr(one, section) for one in (hub.content, read.hub.content))
        if after is not None and section not in modes:
            assert after.mode == before.mode


@pytest.mark.parametrize("name", FOREIGN)
@examples(30)
@given(hub=policy_files())
def test_what_comes_back_is_all_but_what_is_listed_as_lost(name, hub):
    check(hub, name)


@pytest.mark.nightly
@pytest.mark.parametrize("name", FOREIGN)
@examples(300)
@given(hub=policy_files())
def test_what_comes_back_of_any_file_is_all_but_what_is_listed_as_lost(name, hub):
    check(hub, name)


@examples(30)
@given(hub=policy_files())
def test_a_policy_file_that_is_written_says_the_same(hub):
    written, read = there_and_back(hub, "adxmi")

    assert read.hub.content == hub.content
    assert written.findings == ()


@pytest.mark.nightly
@pytest.mark.parametrize("name", FOREIGN)
@examples(200)
@given(hub=policy_files())
def test_what_came_from_a_format_goes_back_to_it_unchanged(name, hub):
    first, read = there_and_back(hub, name)

    second = format_of(name).write(read.hub, (), ())

    again = format_of(name).read(second.files, ReadOptions(cluster_uri=URI))
    assert again.hub.content == read.hub.content
    lost = {Kind.LOST, Kind.UNRESOLVED}
    assert {one.kind for one in first.findings} <= lost
