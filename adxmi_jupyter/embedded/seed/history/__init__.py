"""What happened on the cluster `contoso` in the 30 days before its first request.

It is made when somebody first looks into a log: nothing here is loaded before.
"""
