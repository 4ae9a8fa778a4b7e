"""The policy form: the policy of one scope."""
