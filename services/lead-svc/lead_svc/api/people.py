"""What we do with the people behind leads."""

from uuid import UUID

from ltc_runtime.edge import Api, Handle

from ..domain import person
from ..domain.person import ForgetPerson, UnknownPerson

people = Api("/people", stream=person.decider)


@people.act("/{subject_id}/forget", roles=("operator", "legal"), refuses=(UnknownPerson,))
async def forget_person(subject_id: UUID, handle: Handle) -> None:
    """Forget a person.

    Their key is destroyed: what is sealed in events and lists stays where it is and can never be read again. Whoever is forgotten
    already stays so: then `LTC-Position` names nothing that was told.
    """
    known = await handle.known(subject_id)
    handle.forget(subject_id)
    return await handle(ForgetPerson(subject_id=subject_id, known=known))
