"""Everything between a person's message and what is remembered: the machinery of a conversation, and what it is about.

The files of this folder and `bot.channels` are the machinery. They know how a conversation is held, whatever it is
about. A channel's raw update goes edge -> lines -> runner -> router -> a handler -> outbox; read turn.py, reply.py and
runner.py first. The folders `answers`, `fairs`, `cases`, `enrolling`, `entries`, `door`, `broadcasts` and `privacy` are
the product, the others the ground on which both stand.

The words of this project, one word for one thing:

    person      somebody who writes to the assistant; may have several addresses
    address     a person on a channel: a Telegram chat, a browser, a name in the terminal
    channel     a platform on which people write: Telegram, the web chat, the terminal
    edge        stores what came in, before anybody acknowledges it
    line        the turns of one person, which are taken in order
    inbound     what a person did, the same on every channel: a text, a tap, a photo
    turn        one inbound and everything that is done and said in return, in one transaction
    reply       one message from us that answers a turn
    choice      something to tap or to type below a reply; its name says which handler takes it
    topic       something that people ask about, such as `halal.cost`
    card        the answer to one topic, in one language
    fact        one figure, date or address with its source and the day it was checked; cards name it
    source      where a fact was read
    form        the questions of an enrolment; a field is one of them, a step is asking it
    draft       a form, an entry or an announcement that is not finished
    programme   what one can enrol in: a training, a delegation
    enrolment   one person's application to a programme, with its answers
    waitlist    the enrolments that wait for a place, in the order in which they came
    exhibition  a fair with its days and its place
    broadcast   one announcement to many people; staff read "announcement"
    audience    whom a broadcast is for
    delivery    one message that nobody just asked for, to one person: of a broadcast, a reminder, a notice
    lane        the rank of a delivery: replies leave first, then notices, reminders, broadcasts
    pace        how many messages a second a channel takes
    case        a question that waits for one of staff
    hand-off    a case in which what staff and the person write reaches the other
    staff       the people of the office who work with the assistant; one of them is a member
    role        what a member may do: viewer, officer or administrator
"""
