"""Names, usages and policies as hypothesis makes them."""

from hypothesis import strategies as st

from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.policy import Policy, PolicyEntry
from adxmi_jupyter.model.usage import Usage

names = st.text(min_size=1, max_size=60)
texts = st.text(max_size=200)
known_usages = st.sampled_from([usage.value for usage in Usage])
newer_usages = st.from_regex(r"Newer[A-Z][a-z]{2,8}", fullmatch=True)
usages = st.lists(known_usages | newer_usages, min_size=1, max_size=6).map(tuple)
identities = st.one_of(
    st.uuids().map(lambda guid: ManagedIdentity(str(guid))),
    st.just(ManagedIdentity("system", is_system=True)),
    st.sampled_from([ManagedIdentity(f"00000000-0000-4000-8000-00000000000{n}") for n in range(4)]),
)
entries = st.builds(PolicyEntry, identities, usages)
policies = st.lists(entries, max_size=5).map(lambda found: Policy(tuple(found)))
