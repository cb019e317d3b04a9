"""Every move a report can make, as one table. `docs/states.md` is made from it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from breaches.types import State, VictimStatus


@dataclass(frozen=True, slots=True)
class Move:
    """One verb from one state to another, and who may do it.

    `holder_only`: only whoever claimed the report. `decider_only`: only a supervisor, or whoever decided it last.
    `roles`: officers of these roles.
    """

    verb: str
    source: State
    target: State
    roles: frozenset[str]
    holder_only: bool = False
    decider_only: bool = False


_REVIEWERS = frozenset({"reviewer", "officer", "supervisor"})
_FOLLOWERS = frozenset({"officer", "supervisor"})

MOVES: tuple[Move, ...] = (
    Move("claim", "received", "in_review", _REVIEWERS),
    Move("release", "in_review", "received", _REVIEWERS, holder_only=True),
    Move("verify", "in_review", "verified", _REVIEWERS, holder_only=True),
    Move("not-verified", "in_review", "not_verified", _REVIEWERS, holder_only=True),
    Move("request-information", "in_review", "needs_information", _REVIEWERS, holder_only=True),
    # Back to whoever asked. From the reporter herself, or written down by an officer whom she told.
    Move("answer", "needs_information", "in_review", _REVIEWERS),
    Move("claim", "verified", "in_follow_up", _FOLLOWERS),
    Move("release", "in_follow_up", "verified", _FOLLOWERS, holder_only=True),
    Move("outcome", "in_follow_up", "closed", _FOLLOWERS, holder_only=True),
    Move("reopen", "not_verified", "in_review", _FOLLOWERS),
    Move("reopen", "closed", "in_review", _FOLLOWERS),
    # Verified by a slip: what was decided stands until it is decided otherwise (`policies.check_may_undo`).
    Move("reopen", "verified", "in_review", _REVIEWERS, decider_only=True),
    Move("reopen", "in_follow_up", "in_review", _REVIEWERS, decider_only=True),
    # From whoever claimed it and is not heard of; a supervisor at any time (`policies.check_may_take_over`).
    Move("takeover", "in_review", "in_review", _REVIEWERS),
    Move("takeover", "in_follow_up", "in_follow_up", _FOLLOWERS),
    # Said to be about an order, another one, or none: before it is decided, and by whoever has it.
    Move("order", "received", "received", _REVIEWERS),
    Move("order", "in_review", "in_review", _REVIEWERS, holder_only=True),
    Move("order", "needs_information", "needs_information", _REVIEWERS),
    # Offered to another force (rule 89): it stays where it is until the other accepts.
    Move("transfer", "received", "received", _REVIEWERS),
    Move("transfer", "in_review", "in_review", _REVIEWERS, holder_only=True),
    Move("transfer", "verified", "verified", _FOLLOWERS),
    Move("transfer", "in_follow_up", "in_follow_up", _FOLLOWERS, holder_only=True),
)
# By the other force: into its queue of the same kind, claimed by nobody.
ACCEPTED: dict[State, State] = {
    "received": "received",
    "in_review": "received",
    "verified": "verified",
    "in_follow_up": "verified",
}
# By the reporter, who said more about what was decided: officers look again. Whoever follows it up goes on holding it.
ADDED: dict[State, State] = {
    "not_verified": "received",
    "closed": "received",
    "verified": "received",
    "in_follow_up": "in_review",
}
# Decided, one way or the other: what is said from here on was known to nobody who decided.
DECIDED_STATES: frozenset[State] = frozenset(ADDED)
# Moves of a decided report by which nobody says that they have looked at what is new in it.
_UNSEEN = frozenset({"release", "transfer", "transfer-accept"})
OWNER: dict[State, str] = {
    "received": "review queue",
    "in_review": "the officer who claimed it",
    "needs_information": "the reporter",
    "verified": "follow-up queue",
    "not_verified": "nobody; kept",
    "in_follow_up": "the officer who claimed it",
    "closed": "nobody; kept",
}
REVIEW_STATES: frozenset[State] = frozenset({"received", "in_review", "needs_information"})
FOLLOW_UP_STATES: frozenset[State] = frozenset({"verified", "in_follow_up"})
HELD_STATES: frozenset[State] = frozenset({"in_review", "in_follow_up"})
# In nobody's queue.
OVER_STATES: frozenset[State] = frozenset({"not_verified", "closed"})

# What the reporter is told: never the verdict, never that nothing was found in it.
TOLD: dict[State, VictimStatus] = {
    "received": "received",
    "in_review": "being_reviewed",
    "needs_information": "question_for_you",
    "verified": "with_officers",
    "in_follow_up": "with_officers",
    "not_verified": "closed",
    "closed": "closed",
}


def told(name: str, *, withdrawn: bool) -> VictimStatus:
    """What the reporter is told. Having withdrawn she is told so, unless officers went on: that she must know."""
    status = TOLD[state(name)]
    return "withdrawn" if withdrawn and status != "with_officers" else status


def state(name: str) -> State:
    """A stored state's name as one of the states; the database refuses any other."""
    return next(known for known in OWNER if known == name)


def find_addition(name: str) -> Move | None:
    """The move that the reporter makes by saying more, or None where the report waits for officers anyway."""
    source = state(name)
    target = ADDED.get(source)
    return Move("add", source, target, frozenset()) if target else None


def has_seen_it(move: Move) -> bool:
    """Whether whoever makes a move has what was added before them: by deciding, or by taking up what was decided."""
    return move.target in DECIDED_STATES and move.verb not in _UNSEEN


def list_transitions() -> list[tuple[str, str]]:
    """From which state to which a report can get, by whoever: what the database's trigger lets pass."""
    moves: list[tuple[str, str]] = [(m.source, m.target) for m in MOVES if m.source != m.target]
    return list(dict.fromkeys([*moves, *ADDED.items()]))


def move(verb: str, state: str) -> Move | None:
    """The move that a verb makes from a state, or None where it makes none."""
    return next((m for m in MOVES if m.verb == verb and m.source == state), None)


def allowed(state: str) -> list[str]:
    """The verbs that can be used in a state."""
    return sorted({m.verb for m in MOVES if m.source == state})
