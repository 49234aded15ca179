"""What a producer sends is stored as it is or refused with its value; what comes again is known."""

import unittest

import grpc

import mini_server
import client as wire
from strata.v1 import records_pb2


class ExactRecords(mini_server.ServerTest):
    names = iter(range(1_000))

    def setUp(self):
        super().setUp()
        self.workspace = f"w{next(self.names)}"
        self.client.create_workspace(self.workspace, currency_code="USD")

    def refusal(self, record):
        """Reason and message of the one error; nothing is stored."""
        answer = self.client.append(self.workspace, [record], on_error=wire.SKIP)
        counts = answer.counts
        self.assertEqual((counts.accepted, counts.rejected), (0, 1), answer)
        return answer.errors[0].reason, answer.errors[0].message

    def order(self, id="o", amount=1_000_000, **fields):
        return wire.order(id, "c", "2024-05-06T07:08:09", [(amount, {})], **fields)

    def test_instants_and_numbers_are_exact_or_refused(self):
        fine = self.order()
        fine.order.order_time.nanos = 123_456_789
        reason, message = self.refusal(fine)
        self.assertEqual(reason, "TIME_TOO_FINE")
        self.assertIn("2024-05-06T07:08:09.123Z", message)
        self.assertIn("456789 nanoseconds", message)
        fine.order.order_time.nanos = 123_000_000
        self.assertEqual(self.client.append(self.workspace, [fine]).counts.accepted, 1)

        for number in (2.0**53, -2.0**53, 1e22):
            reason, message = self.refusal(wire.customer("c", attributes={"n": number}))
            self.assertEqual(reason, "INVALID_NUMBER")
            self.assertIn("2^53", message)
        for number in (float("nan"), float("inf")):
            self.assertEqual(self.refusal(wire.customer("c", attributes={"n": number}))[0],
                             "INVALID_NUMBER")
        for day in ("2024-02-30", "2023-02-29", "2024-13-01", "2024-2-3", "20240203", "tomorrow"):
            reason, message = self.refusal(wire.customer("c", birth_date=day))
            self.assertEqual(reason, "INVALID_DATE")
            self.assertIn(day, message)

    def test_messages_say_value_and_limit(self):
        self.assertEqual(self.refusal(self.order(currency_code="EUR")),
                         ("FOREIGN_CURRENCY", '"EUR", but the workspace\'s currency is USD'))
        ticket = records_pb2.Ticket(id="t", customer="c")
        wire.set_time(ticket.opened_time, wire.millis("2024-01-10T00:00:00"))
        wire.set_time(ticket.first_response_time, wire.millis("2024-01-01T00:00:00"))
        self.assertEqual(self.refusal(records_pb2.Record(ticket=ticket)),
                         ("END_BEFORE_START", "2024-01-01 lies before opened_time 2024-01-10"))
        survey = records_pb2.Survey(id="s", customer="c", score=11, kind=records_pb2.SURVEY_KIND_NPS)
        wire.set_time(survey.time, wire.millis("2024-01-10T00:00:00"))
        self.assertEqual(self.refusal(records_pb2.Record(survey=survey)),
                         ("VALUE_OUT_OF_RANGE", "11 is outside 0 to 10 (NPS)"))
        self.client.append(self.workspace, [wire.customer("c", attributes={"plan": 3})])
        self.assertIn('"gold" is text',
                      self.refusal(wire.customer("c", attributes={"plan": "gold"}))[1])
        reason, message = self.refusal(self.order(status="\x1b[31m" + "é" * 300))
        self.assertEqual(reason, "TEXT_TOO_LONG")
        self.assertIn(r"\u{1b}[31m", message)
        self.assertLess(len(message.encode()), 200)

    def stream(self, batches, offset=0, **more):
        return self.client.append_stream(self.workspace, "s", batches, offset=offset, **more)

    def test_a_batch_that_comes_again_gets_its_first_answer(self):
        bad = wire.order("", "c", "2024-05-06T07:08:09", [(1, {})])
        batch = [self.order("a"), bad, self.order("a"), self.order("b")]
        first = self.stream([batch], on_error=wire.SKIP)[0]
        self.assertEqual([first.counts.accepted, first.counts.duplicate, first.counts.rejected],
                         [2, 1, 1])
        again = self.stream([batch], on_error=wire.SKIP)[0]
        self.assertTrue(again.duplicate)
        self.assertEqual((again.counts, list(again.errors)), (first.counts, list(first.errors)))
        # In other batches: the counts still add up to what was sent.
        for ack, size in zip(self.stream([batch[:3], batch[3:]], on_error=wire.SKIP), (3, 1)):
            counts = ack.counts
            self.assertTrue(ack.duplicate)
            self.assertEqual(counts.accepted + counts.duplicate + counts.stale + counts.rejected,
                             size)
        self.assertEqual(self.client.write_stream(self.workspace, "s").counts, first.counts)

    def test_other_content_at_an_old_offset_is_refused(self):
        self.stream([[self.order("a"), self.order("b")], [self.order("c")]])
        for records, offset, place in (([self.order("a"), self.order("b", amount=7)], 0, "1"),
                                       ([self.order("d")], 2, "2"),
                                       ([self.order("b"), wire.customer("c")], 1, "2")):
            with self.assertRaises(wire.RichError) as refused:
                self.stream([records], offset=offset)
            self.assertEqual((refused.exception.code, refused.exception.reason),
                             (grpc.StatusCode.ALREADY_EXISTS, "OFFSET_REUSED"))
            self.assertEqual(refused.exception.info.metadata["offset"], place)
        self.assertEqual(wire.table(self.client.query(self.workspace, ["revenue", "orders"])),
                         [((), (3 * 10**9, 3))])

    def test_a_repeated_call_with_other_content_is_refused(self):
        id = "123e4567-e89b-12d3-a456-426614174000"
        first = self.client.append(self.workspace, [self.order("a")], request_id=id)
        again = self.client.append(self.workspace, [self.order("a")], request_id=id.upper())
        self.assertEqual((again.duplicate, again.counts), (True, first.counts))
        with self.assertRaises(wire.RichError) as refused:
            self.client.append(self.workspace, [self.order("a", amount=2)], request_id=id)
        self.assertEqual(refused.exception.reason, "REQUEST_ID_REUSED")


if __name__ == "__main__":
    mini_server.main()
