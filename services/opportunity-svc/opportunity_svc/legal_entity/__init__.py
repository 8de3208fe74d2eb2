"""Legal entities: the companies of ours that sell and bill, version by version."""

from ltc_runtime.service import Feature

from .api import legal_entities
from .read import legal_entity_list
from .rules import decider

legal_entity = Feature(api=legal_entities, deciders=(decider,), projections=(legal_entity_list,))
