"""What staff can do here. Each desk guards its handlers; the first rule that fits takes the turn."""

from handlers.staff import cases, contents, entry, listing, members, office, publishing, questions, relay
from handlers.staff.desk import Desk

DESKS: tuple[Desk, ...] = (
    relay.desk,  # in a case, words go to the person of it
    cases.desk,  # what waits for a person
    contents.desk,  # what there is to do, and one's own name
    questions.desk,  # what people ask and the cards do not say
    questions.deciding,  # what was dealt with
    listing.desk,  # exhibitions and programmes
    entry.desk,  # entering one, field after field
    publishing.desk,  # letting people see it, cancelling it, telling people
    members.desk,  # who works here
    members.own,  # leaving
    office.desk,  # what the office decides
)
