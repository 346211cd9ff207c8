// CSV to Parquet with DuckDB or polars, two threads.
// usage: node parquet_peer.js duckdb|polars CSV OUT.parquet
process.env.POLARS_MAX_THREADS = '2';
const [mode, source, target] = process.argv.slice(2);
const nulls = ['NA', ''];

async function duckdb() {
  const { DuckDBInstance } = require('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  const list = nulls.map((word) => `'${word}'`).join(',');
  await connection.run(
      `COPY (SELECT * FROM read_csv('${source}', nullstr=[${list}], ` +
      `max_line_size=10000000)) TO '${target}' (FORMAT parquet)`);
}

function polars() {
  const pl = require('nodejs-polars');
  pl.readCSV(source, { nullValues: nulls, inferSchemaLength: 10000 })
      .writeParquet(target);
}

Promise.resolve(mode === 'duckdb' ? duckdb() : polars()).catch((error) => {
  console.error(String(error).slice(0, 300));
  process.exit(1);
});
