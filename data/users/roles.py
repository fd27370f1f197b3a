"""Roles, and the rights that each carries."""

from __future__ import annotations

from enum import StrEnum


class Right(StrEnum):
    """Something that not everybody may do."""

    read = "read"
    """Read plans, within the scope."""
    contacts = "contacts"
    """See the telephone numbers of duty-holders."""
    sign_gaps = "sign_gaps"
    """Accept a gap, or take that back."""
    edit = "edit"
    """Edit drafts, and submit them."""
    approve = "approve"
    """Return a plan, or put it in force; publish it."""
    administer = "administer"
    """See metrics, and who did what."""


class Role(StrEnum):
    """What somebody is to One Grid."""

    viewer = "viewer"
    supervisor = "supervisor"
    planner = "planner"
    approver = "approver"
    admin = "admin"

    def may(self, right: Right) -> bool:
        """Tell whether the role carries a right.

        >>> [role.value for role in Role if role.may(Right.edit)]
        ['planner', 'admin']
        """
        return right in RIGHTS[self]


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.viewer: frozenset({Right.read}),
    Role.supervisor: frozenset({Right.read, Right.contacts, Right.sign_gaps}),
    Role.planner: frozenset({Right.read, Right.contacts, Right.edit}),
    Role.approver: frozenset({Right.read, Right.contacts, Right.approve}),
    Role.admin: frozenset(Right),
}
