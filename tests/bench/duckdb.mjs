// node duckdb.mjs CSV: the year of bench_columns in DuckDB, in memory, one thread and two. Loading is not counted.
//
// The same figures in SQL, in two forms, because which one DuckDB does faster is not ours to guess; the better counts.
// Means are doubles here: good enough for these values, whose ties are exact in binary.
import { DuckDBInstance } from '@duckdb/node-api';

const file = process.argv[2];
const rounds = 5;

// hour names the end of its hour: hour 24 of a day carries the number of the next day's midnight.
const byPollutant = `
WITH d AS (SELECT station, pollutant, (hour - 1) // 24 AS day, avg(value_ng) AS mean
           FROM r GROUP BY ALL HAVING count(*) >= 20),
y AS (SELECT avg(mean) AS mean, count(*) AS days FROM d GROUP BY station, pollutant),
g AS (SELECT 1 FROM d GROUP BY station, day HAVING count(*) = 2
      AND bool_and(round_even(mean / 1000, 0) <= CASE pollutant WHEN 5 THEN 75 ELSE 150 END))
SELECT (SELECT sum(days) FROM y), (SELECT count(*) FROM g), (SELECT sum(round_even(mean, 0)) FROM y)`;

const byStation = `
WITH d AS (SELECT station,
             CASE WHEN count(*) FILTER (pollutant = 2) >= 20 THEN avg(value_ng) FILTER (pollutant = 2) END AS pm10,
             CASE WHEN count(*) FILTER (pollutant = 5) >= 20 THEN avg(value_ng) FILTER (pollutant = 5) END AS pm2_5
           FROM r GROUP BY station, (hour - 1) // 24),
y AS (SELECT avg(pm10) AS pm10, avg(pm2_5) AS pm2_5, count(pm10) + count(pm2_5) AS days,
             count(*) FILTER (round_even(pm10 / 1000, 0) <= 150 AND round_even(pm2_5 / 1000, 0) <= 75) AS good
      FROM d GROUP BY station)
SELECT sum(days), sum(good), sum(round_even(pm10, 0)) + sum(round_even(pm2_5, 0)) FROM y`;

const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
await connection.run(`CREATE TABLE r AS SELECT * FROM read_csv('${file}', header = true, columns =
    {'hour': 'INTEGER', 'station': 'USMALLINT', 'pollutant': 'UTINYINT', 'value_ng': 'INTEGER'})`);

for (const threads of [1, 2]) {
    await connection.run(`SET threads = ${threads}`);
    for (const [form, sql] of Object.entries({ byPollutant, byStation })) {
        let best = Infinity, row;
        for (let n = 0; n < rounds; ++n) {
            const began = process.hrtime.bigint();
            row = (await connection.runAndReadAll(sql)).getRows()[0];
            best = Math.min(best, Number(process.hrtime.bigint() - began) / 1e9);
        }
        const [valid, good, annual] = row.map(Number);
        console.log(`duckdb-${threads} ${best.toFixed(4)} s valid ${valid} good ${good} annual_ng ${annual} (${form})`);
    }
}
