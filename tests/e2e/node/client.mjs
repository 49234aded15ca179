// What another team's Node.js program does: ingest, query, and decode a rich error. Run by
// node_client_test.py with STRATA_ADDRESS and STRATA_PROTO (the folder of the contract).
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const includeDirs = [process.env.STRATA_PROTO];
const load = (files) =>
  protoLoader.loadSync(files, { includeDirs, keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true });
const { strata } = grpc.loadPackageDefinition(
  load(['strata/v1/workspace_service.proto', 'strata/v1/ingestion_service.proto', 'strata/v1/kpi_service.proto']));
const { v1 } = strata;

const connect = (Service) => new Service(process.env.STRATA_ADDRESS, grpc.credentials.createInsecure());
const workspaces = connect(v1.WorkspaceService);
const ingestion = connect(v1.IngestionService);
const kpis = connect(v1.KpiService);

const call = (stub, method, request) =>
  new Promise((resolve, reject) => {
    const deadline = new Date(Date.now() + 30_000);
    stub[method](request, { deadline }, (error, answer) => (error ? reject(error) : resolve(answer)));
  });

// proto-loader hands out descriptors, grpc-js raw trailers: protobufjs joins them.
const { default: protobuf } = await import('protobufjs');
const root = new protobuf.Root();
root.resolvePath = (_, target) =>
  target.startsWith('google/protobuf/') ? target : `${process.env.STRATA_PROTO}/${target}`;
await root.load(['google/rpc/status.proto', 'google/rpc/error_details.proto']);
function richError(error) {
  const [trailer] = error.metadata.get('grpc-status-details-bin');
  assert.ok(trailer, 'the error carries details');
  const status = root.lookupType('google.rpc.Status').decode(trailer);
  const details = {};
  for (const { type_url, value } of status.details) {
    const name = type_url.split('/').pop();
    details[name.split('.').pop()] = root.lookupType(name).decode(value);
  }
  return { status, ...details };
}

const time = (iso) => ({ seconds: Date.parse(iso) / 1000, nanos: 0 });
const order = (id, customer, iso, micros, status = 'Shipped') => ({
  order: { id, customer, status, order_time: time(iso), lines: [{ amount_micros: micros }] },
});

await call(workspaces, 'CreateWorkspace', { workspace: { workspace: 'node', currency_code: 'EUR' } });

// Unary.
const first = await call(ingestion, 'BatchAppendRecords', {
  workspace: 'node',
  request_id: randomUUID(),
  records: [
    { customer: { id: 'zoé', country: 'FR' } },
    order('n1', 'zoé', '2024-04-01T09:00:00Z', 12_340_000),
    order('n2', 'yan', '2024-04-02T09:00:00Z', 1_000_000, 'cancelled'),
  ],
});
assert.equal(first.counts.accepted, 3);
assert.equal(first.counts.placeholder_customers, 1);

// A write stream: two batches, acks after durable commits.
const acks = await new Promise((resolve, reject) => {
  const seen = [];
  const stream = ingestion.AppendRecords({ deadline: new Date(Date.now() + 30_000) });
  stream.on('data', (ack) => seen.push(ack));
  stream.on('end', () => resolve(seen));
  stream.on('error', reject);
  stream.write({ workspace: 'node', stream: 'till', offset: 0, records: [order('n3', 'zoé', '2024-05-01T09:00:00Z', 660_000)] });
  stream.write({ offset: 1, records: [order('n4', 'yan', '2024-05-02T09:00:00Z', 2_000_000)] });
  stream.end();
});
assert.deepEqual(acks.map((ack) => ack.next_offset), [1, 2]);

// Query what was acknowledged. By hand: zoé 12.34 + 0.66 in France, yan 2 in an unknown country.
const answer = await call(kpis, 'QueryKpis', {
  scope: { workspace: 'node', min_revision: acks[1].revision },
  kpis: ['revenue', 'orders'],
  group_by: ['country'],
  order_by: 'revenue desc',
});
assert.equal(answer.meta.currency_code, 'EUR');
assert.deepEqual(
  answer.table.rows.map((row) => [row.keys[0].kind === 'text' ? row.keys[0].text : null, row.values[0].money.units, row.values[0].money.nanos, row.values[1].integer]),
  [['FR', 13, 0, 2], [null, 2, 0, 1]]);

// A rich error: which field is wrong, why, and what would fit.
const refused = await call(kpis, 'QueryKpis', { scope: { workspace: 'node' }, kpis: ['revenue'], group_by: ['contry'] })
  .then(() => assert.fail('an unknown field was accepted'), (error) => error);
assert.equal(refused.code, grpc.status.INVALID_ARGUMENT);
const rich = richError(refused);
assert.equal(rich.ErrorInfo.reason, 'UNKNOWN_FIELD');
assert.equal(rich.ErrorInfo.domain, 'strata');
assert.match(rich.ErrorInfo.metadata.nearest, /country/);
assert.equal(rich.BadRequest.fieldViolations[0].field, 'group_by[0]');

for (const stub of [workspaces, ingestion, kpis]) stub.close();
console.log('node client: ingested, queried and decoded a rich error');
