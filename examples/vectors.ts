// Searches exported vectors with DuckDB: node dist/examples/vectors.js <folder that `mmkit export --target vectors` wrote> <user> [k]
import { DuckDBInstance } from "@duckdb/node-api";

const [folder = "vectors", user = "0", k = "10"] = process.argv.slice(2);
const database = await DuckDBInstance.create(":memory:");
const connection = await database.connect();

// The score is the inner product, as in recommend.onnx; an index of another library is to be made for the same measure.
const result = await connection.runAndReadAll(
  `SELECT item.id, item."key", list_inner_product(item.vector, person.vector) AS score
   FROM read_parquet($items) AS item, read_parquet($users) AS person
   WHERE person.id = $user ORDER BY score DESC, item.id LIMIT $k`,
  { items: `${folder}/items.parquet`, users: `${folder}/users.parquet`, user: Number(user), k: Number(k) },
);
const rows = result.getRowsJson() as [item: number, key: string | null, score: number][];
for (const [item, key, score] of rows) console.log(item, score.toFixed(4), key ?? "");
connection.closeSync();
database.closeSync();
