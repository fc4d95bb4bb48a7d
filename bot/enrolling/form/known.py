"""What is known of a person when they enrol again: about them, and about a business of theirs."""

from bot.enrolling.form.enrolment import BUSINESS, PERSON
from bot.fields import Values
from bot.turn import Turn
from db.enrolling import enrolments
from db.enrolling.enrolments import Enrolment
from db.people import businesses, people
from db.people.businesses import Business


async def of(turn: Turn) -> Values:
    """Load what they last answered, in a form that was sent or not, without what they answered for others."""
    own = [one for one in await enrolments.of(turn.db, turn.person.person_id) if not one.for_other]
    last = own[0].answers if own else {}
    return {name: last[name] for name in (*PERSON, *BUSINESS) if last.get(name)}


def about(business: Business) -> Values:
    """Turn a business into answers of the form."""
    return {
        "business": business.name,
        "nib": business.nib,
        "district": business.district,
        "city": business.city,
        "sector": business.sector,
        "products": business.products,
        "scale": business.scale,
        "halal": business.halal,
        "hki": business.hki,
    }


def business(answers: Values) -> Business:
    """Turn answers of the form into a business."""
    return Business(
        name=answers["business"],
        nib=_digits(answers.get("nib")),
        **{name: answers.get(name) or "" for name in BUSINESS if name not in ("business", "nib")},
    )


async def keep(turn: Turn, one: Enrolment) -> int:
    """Store what the answers say of the person and the business; returns the business's id."""
    answers = one.answers
    said = business(answers)
    if one.for_other:
        return await businesses.same_as(turn.db, said) or await businesses.add(turn.db, said, turn.now)
    person = turn.person.person_id
    await people.set_profile(turn.db, person, answers["name"], answers["phone"])
    theirs = await businesses.of(turn.db, person)
    same = one.business_id if one.business_id in theirs else _same(theirs, said)
    if same:
        await businesses.change(turn.db, same, said, turn.now)
        return same
    found = await businesses.same_as(turn.db, said) or await businesses.add(turn.db, said, turn.now)
    await businesses.join(turn.db, person, found, turn.now)
    return found


def _same(theirs: dict[int, Business], said: Business) -> int | None:
    """Find one of theirs of this name and no other number; one number may be that of an owner with several."""
    for id_, one in theirs.items():
        if one.name.lower() == said.name.lower() and (one.nib == said.nib or not (said.nib and one.nib)):
            return id_
    return None


def _digits(nib: object) -> str:
    return nib if isinstance(nib, str) and nib.isdigit() else ""
