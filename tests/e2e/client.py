"""A thin Python client made of nothing but protoc's stubs and grpcio, as another team would write it."""

import contextlib
import datetime
import uuid

import grpc

from google.rpc import error_details_pb2, status_pb2
from strata.v1 import (
    customer_service_pb2_grpc, errors_pb2, ingestion_service_pb2,
    ingestion_service_pb2_grpc, kpi_service_pb2, kpi_service_pb2_grpc, records_pb2, types_pb2,
    workspace_service_pb2, workspace_service_pb2_grpc)
import health_pb2
import health_pb2_grpc

UTC = datetime.timezone.utc
SKIP = ingestion_service_pb2.ON_ERROR_SKIP
FAIL = ingestion_service_pb2.ON_ERROR_FAIL


class RichError(Exception):
    """A failed call with its google.rpc details decoded from the trailer."""

    def __init__(self, error):
        super().__init__(f"{error.code().name}: {error.details()}")
        self.code = error.code()
        self.message = error.details()
        self.info, self.bad_request, self.retry = None, None, None
        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                self._decode(value)

    def _decode(self, data):
        status = status_pb2.Status.FromString(data)
        if (status.code, status.message) != (self.code.value[0], self.message):
            raise AssertionError(f"details name another error: {status}")
        for detail in status.details:
            for name, kind in (("info", error_details_pb2.ErrorInfo),
                               ("bad_request", error_details_pb2.BadRequest),
                               ("retry", error_details_pb2.RetryInfo)):
                if detail.Is(kind.DESCRIPTOR):
                    message = kind()
                    detail.Unpack(message)
                    setattr(self, name, message)

    @property
    def reason(self):
        return self.info.reason if self.info else None

    @property
    def fields(self):
        return [v.field for v in self.bad_request.field_violations] if self.bad_request else []


@contextlib.contextmanager
def rich_errors():
    try:
        yield
    except grpc.RpcError as error:
        if not isinstance(error, grpc.Call):
            raise
        raise RichError(error) from None


class Client:
    def __init__(self, address):
        self.channel = grpc.insecure_channel(address, options=[
            ("grpc.use_local_subchannel_pool", 1),
            ("grpc.max_receive_message_length", 64 << 20),
        ])
        self.workspaces = workspace_service_pb2_grpc.WorkspaceServiceStub(self.channel)
        self.ingestion = ingestion_service_pb2_grpc.IngestionServiceStub(self.channel)
        self.customers = customer_service_pb2_grpc.CustomerServiceStub(self.channel)
        self.kpis = kpi_service_pb2_grpc.KpiServiceStub(self.channel)
        self.health = health_pb2_grpc.HealthStub(self.channel)

    def close(self):
        self.channel.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def is_serving(self, service="", timeout=5):
        try:
            answer = self.health.Check(health_pb2.HealthCheckRequest(service=service),
                                       timeout=timeout)
        except grpc.RpcError:
            return False
        return answer.status == health_pb2.HealthCheckResponse.SERVING

    def create_workspace(self, name, **settings):
        with rich_errors():
            return self.workspaces.CreateWorkspace(workspace_service_pb2.CreateWorkspaceRequest(
                workspace=workspace_service_pb2.Workspace(workspace=name, **settings)),
                timeout=30).workspace

    def get_workspace(self, name):
        with rich_errors():
            return self.workspaces.GetWorkspace(workspace_service_pb2.GetWorkspaceRequest(
                workspace=name), timeout=30).workspace

    def append(self, workspace, records, request_id=None, on_error=FAIL, timeout=60, **fields):
        with rich_errors():
            return self.ingestion.BatchAppendRecords(
                ingestion_service_pb2.BatchAppendRecordsRequest(
                    workspace=workspace, request_id=request_id or str(uuid.uuid4()),
                    records=records, on_error=on_error, **fields), timeout=timeout)

    def append_stream(self, workspace, stream, batches, offset=0, on_error=FAIL, timeout=120):
        """Sends the batches without waiting for acks; returns the acks."""
        def messages():
            position = offset
            for batch in batches:
                yield ingestion_service_pb2.AppendRecordsRequest(
                    workspace=workspace, stream=stream, offset=position, records=batch,
                    on_error=on_error)
                position += len(batch)
        with rich_errors():
            return list(self.ingestion.AppendRecords(messages(), timeout=timeout))

    def write_stream(self, workspace, stream):
        with rich_errors():
            return self.ingestion.GetWriteStream(ingestion_service_pb2.GetWriteStreamRequest(
                workspace=workspace, stream=stream), timeout=30)

    def query(self, workspace, kpis, group_by=(), scope=None, timeout=60, **fields):
        with rich_errors():
            return self.kpis.QueryKpis(kpi_service_pb2.QueryKpisRequest(
                scope=types_pb2.QueryScope(workspace=workspace, **(scope or {})), kpis=kpis,
                group_by=group_by, **fields), timeout=timeout)

    def list_kpis(self, workspace):
        with rich_errors():
            return self.kpis.ListKpis(kpi_service_pb2.ListKpisRequest(workspace=workspace),
                                      timeout=30).kpis

    def list_fields(self, workspace):
        with rich_errors():
            return self.kpis.ListFields(kpi_service_pb2.ListFieldsRequest(workspace=workspace),
                                        timeout=30).fields


def plain(value):
    """A strata.v1.Value as a Python value: money in integer nanos, text, int, float, None."""
    kind = value.WhichOneof("kind")
    if kind == "money":
        return value.money.units * 10**9 + value.money.nanos
    if kind == "null":
        return None
    return getattr(value, kind)


def table(response):
    """The rows of a QueryKpis answer as (keys tuple, values tuple)."""
    return [(tuple(plain(k) for k in row.keys), tuple(plain(v) for v in row.values))
            for row in response.table.rows]


def millis(text):
    """'2024-01-31T12:00:00' in UTC as integer milliseconds."""
    moment = datetime.datetime.fromisoformat(text).replace(tzinfo=UTC)
    return int(round(moment.timestamp() * 1000))


def set_time(timestamp, value):
    """Sets a Timestamp from integer UTC milliseconds; None leaves it unset."""
    if value is not None:
        timestamp.seconds, rest = divmod(value, 1000)
        timestamp.nanos = rest * 1_000_000


def order(id, customer, time, lines, **fields):
    """An order record; `lines` are (amount in micros, dict of further fields)."""
    times = {k: fields.pop(k) for k in ("promised_time", "shipped_time", "delivered_time")
             if k in fields}
    message = records_pb2.Order(id=id, customer=customer, **fields)
    set_time(message.order_time, millis(time) if isinstance(time, str) else time)
    for name, value in times.items():
        set_time(getattr(message, name), value)
    for amount, more in lines:
        message.lines.add(amount_micros=amount, **more)
    return records_pb2.Record(order=message)


def customer(id, created_time=None, attributes=None, **fields):
    message = records_pb2.Customer(id=id, **fields)
    set_time(message.created_time, created_time)
    for key, value in (attributes or {}).items():
        kind = {bool: "boolean", str: "text"}.get(type(value), "number")
        setattr(message.attributes[key], kind, value)
    return records_pb2.Record(customer=message)


def deletion(kind, id, **fields):
    return records_pb2.Record(deletion=records_pb2.Deletion(
        kind=getattr(records_pb2, f"RECORD_KIND_{kind.upper()}"), id=id, **fields))


REASONS = {value.name.replace("ERROR_REASON_", "", 1) for value in
           errors_pb2.ErrorReason.DESCRIPTOR.values}
