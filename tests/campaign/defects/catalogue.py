"""All defects."""

from . import scenarios as play
from .defect import Defect, Scenario


def _defect(name: str, breaks: str, guarantee: str, scenario: Scenario, *shown_by: str) -> Defect:
    return Defect(name, breaks, guarantee, frozenset(shown_by), scenario)


LOST_ON_THE_TOPIC = "told_is_on_the_topic", "topics_keep_the_order"
NEVER_HEARD = "heard_is_what_was_told", "nothing_is_stuck"

NAIVE_CURSOR = {
    "lead-svc": (
        ("SELECT * INTO h FROM head FOR UPDATE;", "SELECT * INTO h FROM head; PERFORM pg_sleep(random() * 0.01);"),
        ("IF h.position <> guard THEN", "IF false THEN"),
        ("p bigint;", "p bigint; places bigint[] := array_fill(NULL::bigint, ARRAY[greatest(n, 1)]);"),
        ("p := p + 1;", "p := nextval('positions'); places[i] := p;"),
        ("SELECT h.position + r.i,", "SELECT places[r.i],"),
    )
}
NO_COMPARISON = {"lead-svc": (("IF h.position <> guard THEN", "IF false THEN"),)}

DEFECTS = (
    Defect(
        "naive_relay_cursor", "positions come from a sequence and not from under the lock: they commit out of order",
        "G6, G7", frozenset({*LOST_ON_THE_TOPIC, "partitions_are_linked", "chain_verifies"}), play.two_replicas, NAIVE_CURSOR,
    ),
    Defect(
        "no_compare_and_set", "a batch is appended though the head has moved since it was decided",
        "G1", frozenset({"acknowledged_commands_are_present", "models_equal_a_rebuild"}), play.two_replicas, NO_COMPARISON,
    ),
    _defect("mark_before_produce", "what the client library was handed counts as told", "G6",
            play.kafka_silent_then_killed, *LOST_ON_THE_TOPIC),
    _defect("acks_0", "the broker is not asked for an answer", "G6", play.kafka_silent_then_killed, *LOST_ON_THE_TOPIC),
    _defect("checkpoint_believed", "a relay does not look at what its topic lost", "G22", play.kafka_wiped, *LOST_ON_THE_TOPIC),
    _defect("told_out_of_order", "events are told as their ids fall", "G7", play.flow, "topics_keep_the_order"),
    _defect("partition_by_chance", "a stream has no home partition", "G7", play.flow, "partitions_are_linked"),
    _defect("offset_before_append", "offsets are committed before the append, the next fact is not compared", "G8",
            play.killed_before_hearing, *NEVER_HEARD),
    _defect("listener_failure_ignored", "a batch that cannot be written is skipped", "G8", play.hearing_fails_once, *NEVER_HEARD),
    _defect("checkpoint_before_effect", "a policy's checkpoint moves before its commands are decided", "G10",
            play.killed_after_checkpoint, "causes_have_their_reaction"),
    _defect("failed_reaction_skipped", "a reaction that fails is neither tried again nor parked", "G10",
            play.reacting_fails_once, "causes_have_their_reaction"),
    _defect("reaction_ids_by_chance", "a reaction's command has a new id every time", "G10", play.flow, "reactions_have_one_cause"),
    _defect("answered_before_commit", "a command is answered before it is written", "G1",
            play.killed_under_load, "acknowledged_commands_are_present"),
    _defect("answer_outside_transaction", "the answer to a key is stored after the commit", "G3",
            play.killed_before_answer, "effects_have_their_answer", "refused_commands_have_no_effect"),
    _defect("chain_forgets_who", "the hash does not cover the actor", "G5", play.flow, "chain_verifies"),
    _defect("projection_skips", "some events are not shown", "G9", play.flow, "models_equal_a_rebuild"),
    _defect("people_in_clear", "persons are packed, not encrypted", "G21", play.flow, "people_are_sealed"),
    _defect("float_money", "money is multiplied in floating point", "G11", play.flow, "invoices_add_up"),
    _defect("number_from_a_list", "invoice numbers come from a list that is a moment old", "G13", play.flow, "invoice_numbers_are_gapless"),
    _defect("limit_read_before", "a receipt's balance is read before the decision", "G14, G17",
            play.receipt_spent_twice, "cash_is_conserved"),
    _defect("own_approval", "a quote's maker may approve it", "G18", play.quotes_beyond_authority, "quotes_are_approved_by_others"),
    _defect("authority_not_asked", "anybody may allow any discount", "G17",
            play.quotes_beyond_authority, "approvals_are_within_authority"),
    _defect("others_stay_on_offer", "an accepted quote leaves the others as they are", "G16",
            play.the_other_quote_accepted_too, "of_a_deal_one_quote_is_live"),
    _defect("superseded_is_accepted", "a superseded quote is an offer still", "G16",
            play.the_other_quote_accepted_too, "superseded_quotes_are_over"),
    _defect("review_of_own_deal", "a contract is reviewed by who sold it", "G18",
            play.contract_reviewed_by_its_seller, "contracts_are_reviewed_and_signed"),
    _defect("registered_unsigned", "a contract binds before it is signed", "G16",
            play.contract_registered_unsigned, "contracts_are_reviewed_and_signed"),
    _defect("plan_does_not_sum", "a payment plan bills less than the contract", "G11",
            play.plan_of_too_little, "plans_sum_to_the_contract"),
)  # fmt: skip
