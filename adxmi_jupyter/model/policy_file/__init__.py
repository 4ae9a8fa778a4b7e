"""The policy file ``adxmi.yaml``: identities, policies and roles of clusters, kept under review.

`sections` declares what may stand in it, `reading` reads one and names the place of each mistake,
`writing` writes one, and `schema` is what editors check it with.
"""
