// Reads {setup: [sql], queries: {name: sql}, repetitions} from stdin; prints {name: {ms: [..], rows}}.
import { DuckDBInstance } from '@duckdb/node-api';

const job = JSON.parse(await new Response(process.stdin).text());
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
for (const sql of job.setup) await connection.run(sql);
const answers = {};
for (const [name, sql] of Object.entries(job.queries)) {
  const times = [];
  let rows;
  for (let i = 0; i < job.repetitions; i++) {
    const start = process.hrtime.bigint();
    const reader = await connection.runAndReadAll(sql);
    times.push(Number(process.hrtime.bigint() - start) / 1e6);
    rows = reader.getRowsJson();
  }
  answers[name] = { ms: times, rows };
}
const version = (await connection.runAndReadAll('SELECT version()')).getRowsJson()[0][0];
console.log(JSON.stringify({ version, answers }));
