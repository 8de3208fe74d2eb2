"""The hand-over of a leaver's leads."""

from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature

from ..workload.rules import LeadsHandedOver
from .api import desks
from .policies import move_leads
from .read import hand_over_list

hand_over = Feature(api=desks, policies=(NamedPolicy("move_leads", LeadsHandedOver, move_leads),), projections=(hand_over_list,))
