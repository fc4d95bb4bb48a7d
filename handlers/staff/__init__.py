"""What staff can do here. Each desk guards its handlers; the first rule that fits takes the turn."""

from handlers.staff.desk import Desk

DESKS: tuple[Desk, ...] = ()
