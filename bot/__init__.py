"""The machinery of a conversation: it knows how one is held, and nothing of what this product talks about.

A channel's raw update goes edge -> lines -> runner -> router -> a handler -> outbox; read turn.py, reply.py and
runner.py first.
"""
