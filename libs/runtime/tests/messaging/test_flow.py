"""What one service decides, the other holds: over a real broker and two real databases."""

import orjson
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from ltc_runtime.messaging.cloudevents import attributes_of, read_message
from messaging_world import World


async def test_what_is_told_is_heard_once_and_byte_for_byte(here: World) -> None:
    here.start_relay()
    here.start_hear()
    await here.baskets(30, close=True)
    await here.all_heard()


async def test_a_backlog_of_thousands_is_told_and_heard(here: World) -> None:
    await here.baskets(3000, close=True)
    here.start_relay()
    here.start_hear()
    await here.all_told()
    await here.all_heard()


async def test_the_cloudevents_library_reads_from_the_topic_what_our_reader_reads(here: World) -> None:
    here.start_relay()
    await here.baskets(1, traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    await here.baskets(20, close=True)
    await here.all_told()
    messages = await here.messages()
    assert len(messages) == 41
    for message in messages:
        event = from_binary(KafkaMessage(dict(message.headers), message.key, message.value), JSONFormat(), CloudEvent)
        told = read_message(message.headers, message.value, "shop-svc", message.partition)
        at = event.get_time()
        assert at is not None
        theirs = {**event.get_attributes(), "time": at.isoformat()}
        assert theirs == {**attributes_of(told), "partitionkey": str(told.stream_id)}
        assert event.get_data() == orjson.loads(told.data)
        assert len(dict(message.headers)) == len(message.headers)  # no header twice: readers would take different ones
