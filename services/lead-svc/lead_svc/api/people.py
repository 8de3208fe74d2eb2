"""What we do with the people behind leads."""

from uuid import UUID

from ltc_runtime.http import Api, Handle, Read

from ..contact import rules as person
from ..contact.rules import ForgetPerson, UnknownPerson
from ..contact.rules.states import PersonChanged
from .kinship import CONTACTS

people = Api("/people", stream=person.decider)


@people.act("/{subject_id}/forget", roles=("operator", "legal"), refuses=(UnknownPerson, PersonChanged))
async def forget_person(subject_id: UUID, read: Read, handle: Handle) -> None:
    """Forget a person, under every contact that is held to be them.

    Their keys are destroyed: what is sealed in events and lists stays where it is and can never be read again. Whoever is forgotten
    already stays so: then `LTC-Position` names nothing that was told.
    """
    subject_ids = await CONTACTS.everybody(subject_id, read)
    known = [await handle.known(each) for each in subject_ids]
    for each in subject_ids:
        handle.forget(each)
    return await handle(ForgetPerson(subject_ids=tuple(subject_ids), known=any(known)))
