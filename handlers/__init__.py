"""The table of contents of the product: what a person can do here. The first rule that fits takes the turn."""

from handlers import (
    ask,
    card,
    courtesy,
    exhibitions,
    handoff,
    interests,
    join,
    language,
    lost,
    menu,
    person,
    programmes,
    reminders,
    start,
    waiting,
    wrong,
)
from handlers.staff import DESKS

ROUTERS = (
    *DESKS,  # what staff can do; of an owner's turns they take none
    join.router,  # becoming one of the staff
    handoff.router,  # while one of staff talks with a person, the assistant is quiet
    exhibitions.router,  # what is coming, and everything about one; a poster's code
    programmes.router,  # programmes that are open or coming
    reminders.router,  # "remind me", and what a reminder asks
    interests.router,  # "keep me posted"; "stop"
    start.router,  # /start
    menu.router,  # the menu, for those who do not know what to ask
    language.router,  # changing the language
    person.router,  # asking for a person
    waiting.router,  # what was asked of a person and waits
    card.router,  # what stands under an answer: sections, related cards, sources
    wrong.router,  # "Not right?" under an answer
    courtesy.router,  # greetings, thanks, stickers: what asks nothing
    ask.router,  # every other text is a question
    lost.router,  # never silent: what nobody took is answered and counted
)
