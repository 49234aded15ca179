"""Records of service and contracts as a sender makes them; times are integer UTC milliseconds, or text
as client.millis reads it."""

import client as wire
from strata.v1 import records_pb2

STATUSES = {"open": records_pb2.TICKET_STATUS_OPEN, "resolved": records_pb2.TICKET_STATUS_RESOLVED,
            "cancelled": records_pb2.TICKET_STATUS_CANCELLED}
KINDS = {"nps": records_pb2.SURVEY_KIND_NPS, "csat": records_pb2.SURVEY_KIND_CSAT}


def in_millis(time):
    return wire.millis(time) if isinstance(time, str) else time


def ticket(id, customer, opened=None, status="open", first_response=None, resolved=None,
           escalated=None, sla_due=None, **fields):
    message = records_pb2.Ticket(id=id, customer=customer, status=STATUSES.get(status, status),
                                 **fields)
    for name, time in (("opened_time", opened), ("first_response_time", first_response),
                       ("resolved_time", resolved), ("escalated_time", escalated),
                       ("sla_due_time", sla_due)):
        wire.set_time(getattr(message, name), in_millis(time))
    return records_pb2.Record(ticket=message)


def contract(id, customer, start="", end="", value=0, **fields):
    """`value`: whole units of the currency a year."""
    return records_pb2.Record(contract=records_pb2.Contract(
        id=id, customer=customer, start_date=start, end_date=end,
        annual_value_micros=value * 1_000_000, **fields))


def survey(id, customer, time=None, kind="nps", score=0, **fields):
    message = records_pb2.Survey(id=id, customer=customer, kind=KINDS.get(kind, kind), score=score,
                                 **fields)
    wire.set_time(message.time, in_millis(time))
    return records_pb2.Record(survey=message)
