"""The audit: what is known of a cluster, how usages are graded by evidence, and the rules.

`cluster` is all that rules look at, `grading` judges evidence, `rules` has a file for each rule,
and `findings` is what comes of them. Everything is pure: `actions` collects and `rendering` tells.
"""
