"""The shell of the tests of magics: what is rendered is shown there."""

from tests.magics.conftest import azure, ip, magic, magics, shell  # noqa: F401
