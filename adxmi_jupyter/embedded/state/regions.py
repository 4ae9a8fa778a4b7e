"""Azure's regions: the names that requests use, and those that the service shows.

Source: page "List of Azure regions"; those where Azure Data Explorer can be created.
"""

from __future__ import annotations

REGIONS = (
    "Australia Central",
    "Australia Central 2",
    "Australia East",
    "Australia Southeast",
    "Brazil South",
    "Brazil Southeast",
    "Canada Central",
    "Canada East",
    "Central India",
    "Central US",
    "East Asia",
    "East US",
    "East US 2",
    "France Central",
    "France South",
    "Germany North",
    "Germany West Central",
    "Israel Central",
    "Italy North",
    "Japan East",
    "Japan West",
    "Jio India Central",
    "Jio India West",
    "Korea Central",
    "Korea South",
    "Mexico Central",
    "New Zealand North",
    "North Central US",
    "North Europe",
    "Norway East",
    "Norway West",
    "Poland Central",
    "Qatar Central",
    "South Africa North",
    "South Africa West",
    "South Central US",
    "South India",
    "Southeast Asia",
    "Spain Central",
    "Sweden Central",
    "Sweden South",
    "Switzerland North",
    "Switzerland West",
    "UAE Central",
    "UAE North",
    "UK South",
    "UK West",
    "West Central US",
    "West Europe",
    "West India",
    "West US",
    "West US 2",
    "West US 3",
)


def region_name(text: str) -> str:
    """Return a location as requests name it: lower case, without blanks."""
    return text.replace(" ", "").casefold()


_BY_NAME = {region_name(shown): shown for shown in REGIONS}


def find_region(text: str) -> str | None:
    """Return the name that the service shows for a location; None when there is no such one."""
    return _BY_NAME.get(region_name(text))


def display_name(text: str) -> str:
    """Return the name that the service shows for a location, or else the text itself."""
    return find_region(text) or text
