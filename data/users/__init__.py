"""Who may use One Grid, and for what: accounts, sign-in, rights, and the record of who did what.

Rights are settled in one place: `identity.as_identity` says in a transaction who asks, and the row-level security of
the tables does the rest, for whatever door they came by.
"""
