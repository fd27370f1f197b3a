"""Plans in the database: partitions with a life, in immutable versions that edits add to.

::

    import ──► draft ──submit──► in review ──approve──► in force ──► retired
                 ▲                   │
                 └──────return───────┘

A plan's revisions are numbered; each grid version says from which revision on it holds and which one ended it. A
branch has no rows of its own to begin with: it shows its parents' versions up to the revision at which it left
(`ancestry`), those that it ended itself aside (`shadow`). The application changes nothing but through the functions of
the migrations.
"""
