"""No answer, or no credential.

The tree of errors is in the package.
"""

from __future__ import annotations

from adxmi_jupyter.error_base import AdxmiError


class ConnectionFailure(AdxmiError):
    """No answer, or no credential."""


class InvalidCluster(ConnectionFailure):
    """An address that is rejected before anything is sent."""


class UntrustedHost(InvalidCluster):
    """A host that is not known to belong to Azure, or a server on this machine.

    No token of the user is sent there; nothing was sent at all.
    """


class UntrustedAudience(InvalidCluster):
    """The cluster's metadata ask for a token that other services accept. None was requested."""


class UnknownConnection(ConnectionFailure):
    """A connection name that is not open."""


class ClusterUnreachable(ConnectionFailure):
    """The request never reached the service, so nothing happened there."""


class NotAsked(ConnectionFailure):
    """A run over many clusters ended before it came to this one, or was done with it."""


class UntrustedCertificate(ConnectionFailure):
    """TLS could not verify the host, so nothing was sent."""


class CredentialFailure(ConnectionFailure):
    """No token could be had."""


class NotAuthenticated(ConnectionFailure):
    """The service did not accept the token (HTTP 401)."""


class AnswerLost(ConnectionFailure):
    """The request was sent, but the answer did not arrive whole: a write may have happened."""


class ConnectionDropped(AnswerLost):
    """The connection ended before the answer did."""


class RequestTimedOut(AnswerLost):
    """No answer within the time allowed."""


class UnreadableAnswer(AnswerLost):
    """An answer that is not what the protocol says."""


class UntrustedLink(UnreadableAnswer):
    """An answer that leads to another host, as a redirect or link. It was not followed."""


class AnswerTooLarge(AnswerLost):
    """An answer of more bytes than allowed; the rest was not read."""


class ServiceUnavailable(AnswerLost):
    """The service, or something before it, is out of order for now (HTTP 5xx)."""
