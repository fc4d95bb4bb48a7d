"""What is remembered: one noun a file, its tables on top, its named queries below.

Every query takes a `Transaction` (or a `Savepoint` of it) and none of them ends it: `Database.transaction` does.
"""
