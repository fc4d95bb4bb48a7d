"""The table of contents of the product: what a person can do here. The first rule that fits takes the turn."""

from handlers import (
    announcements,
    ask,
    card,
    changing,
    correcting,
    courtesy,
    drafts,
    enrol,
    erasing,
    exhibitions,
    feedback,
    form,
    handoff,
    interests,
    language,
    lost,
    menu,
    merge_accounts,
    my_data,
    my_enrolments,
    person,
    programmes,
    reminders,
    report_answer,
    seats,
    start,
    tickets,
    waiting,
)
from handlers.staff import DESKS, invitation

ROUTERS = (
    *DESKS,  # what staff can do; of an owner's turns they take none
    invitation.router,  # becoming one of the staff
    handoff.router,  # while one of staff talks with a person, the assistant is quiet
    my_data.router,  # what is kept about somebody; also in the middle of a form
    erasing.router,  # having it erased
    correcting.router,  # what is kept and is wrong
    merge_accounts.router,  # two addresses of one person
    form.router,  # filling in a form: what is written answers its question
    changing.router,  # what it is about, and changing one line of it
    drafts.router,  # a form that was left
    enrol.router,  # enrolling in a programme
    seats.router,  # a place that is offered to somebody who waited
    my_enrolments.router,  # my enrolments
    tickets.router,  # my ticket, my certificate, and whether one is genuine
    feedback.router,  # how it was
    exhibitions.router,  # what is coming, and everything about one; a poster's code
    programmes.router,  # programmes that are open or coming
    reminders.router,  # "remind me", and what a reminder asks
    announcements.router,  # topics; a warning, and a signal of one's own
    interests.router,  # "keep me posted"; "stop"
    start.router,  # /start
    menu.router,  # the menu, for those who do not know what to ask
    language.router,  # changing the language
    person.router,  # asking for a person
    waiting.router,  # what was asked of a person and waits
    card.router,  # what stands under an answer: sections, related cards, sources
    report_answer.router,  # "Not right?" under an answer
    courtesy.router,  # greetings, thanks, stickers: what asks nothing
    ask.router,  # every other text is a question
    lost.router,  # never silent: what nobody took is answered and counted
)
