"""A payoff term of one's own: war that drags on wears out who does more than talk."""

from agents import term


@term(default=0.5, low=0.0, high=5.0, source="own assumption")
def fatigue(world, expected=None):
    """Weariness that grows with each week of war, by the rung of what one does."""
    return -0.1 * world.weeks_at_war * world.ladder.rung
