"""What staff can do here. Each desk guards its handlers; the first rule that fits takes the turn."""

from handlers.staff import (
    announcing,
    attendance,
    audience,
    broadcasts,
    bulk_decisions,
    buttons,
    cases,
    checkin,
    contents,
    correcting,
    deciding,
    downloads,
    enrolments,
    entry,
    listing,
    members,
    office,
    publishing,
    questions,
    relay,
    sending,
    speed,
    taps,
)
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
    checkin.desk,  # who is there: a scan at the door, or by name
    attendance.desk,  # who is missing, the list to print, and what people say afterwards
    enrolments.counting,  # how many enrolled
    enrolments.desk,  # going through them, and finding one
    deciding.desk,  # accepting one, asking for a correction, declining
    bulk_decisions.desk,  # several of them at once
    downloads.desk,  # all of them in a file
    broadcasts.desk,  # announcements to many, and how they go
    taps.desk,  # who tapped what below one
    announcing.desk,  # writing one
    buttons.desk,  # what stands below it
    audience.desk,  # whom it reaches
    sending.desk,  # looking at it as people will, and sending it
    sending.agreeing,  # a second administrator
    speed.desk,  # how fast it leaves
    speed.paying,  # paying for it to leave faster
    correcting.desk,  # what was sent and is wrong
    members.desk,  # who works here
    members.own,  # leaving
    office.desk,  # what the office decides
)
