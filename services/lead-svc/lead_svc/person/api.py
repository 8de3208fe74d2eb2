"""Operators and legal forget people."""

from uuid import UUID

from ltc_runtime.http import Api, Handle, Read

from ..contact.read import CONTACTS
from ..contact.rules import ForgetPerson, UnknownPerson, decider
from ..contact.rules.states import PersonChanged

people = Api("/people", stream=decider)


@people.act("/{subject_id}/forget", roles=("operator", "legal"), refuses=(UnknownPerson, PersonChanged))
async def forget_person(subject_id: UUID, read: Read, handle: Handle) -> None:
    """Forget a person, under every contact of the same person.

    Their keys are destroyed: what is encrypted in events and lists stays there and can never be read again. A person who is forgotten
    already stays forgotten: then nothing is recorded.
    """
    subject_ids = await CONTACTS.everybody(subject_id, read)
    known = [await handle.known(each) for each in subject_ids]
    for each in subject_ids:
        handle.forget(each)
    return await handle(ForgetPerson(subject_ids=tuple(subject_ids), known=any(known)))
