import type { DuckDBConnection } from "@duckdb/node-api";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFolderAtomic } from "../../runtime/artifacts/atomicWrite.js";
import type { Json } from "../../runtime/artifacts/manifest.js";
import type { IdKeys } from "../../runtime/data/idKeys.js";
import { writeNpy } from "../../runtime/data/npy.js";
import { fileHash } from "../../runtime/serving/fileHash.js";
import { prepareExport, type ExportSource } from "../inference/preparedExport.js";
import type { VectorTable } from "../inferenceVectors.js";

/** Name of the description of a folder of vectors. */
export const vectorsFile = "vectors.json";

/** vectors.json. */
export interface VectorsDescription {
  readonly format: "mmkit-vectors";
  readonly version: 1;
  readonly model: string;
  readonly title: string;
  readonly users: number;
  readonly items: number;
  readonly dim: number;
  /** The score of a user and an item is the inner product of their vectors, which are not normalised. */
  readonly similarity: "inner product";
  readonly source: { readonly [key: string]: Json };
  readonly files: { readonly [file: string]: { readonly sha256: string; readonly bytes: number } };
}

/** Rows between two flushes of DuckDB's appender. */
const FLUSHED = 2 ** 14;

/** Rows `id` INTEGER, `key` VARCHAR (null without keys) and `vector` FLOAT[] to a Parquet file, in order of id. */
async function writeParquet(
  connection: DuckDBConnection,
  file: string,
  { rows, dim, data }: VectorTable,
  keys: IdKeys | null,
): Promise<void> {
  // A native library of 70 MB, loaded only where Parquet is written.
  const { LIST, FLOAT } = await import("@duckdb/node-api");
  await connection.run('CREATE TABLE vectors (id INTEGER, "key" VARCHAR, vector FLOAT[])');
  const appender = await connection.createAppender("vectors");
  try {
    for (let id = 0; id < rows; id++) {
      appender.appendInteger(id);
      if (keys === null) appender.appendNull();
      else appender.appendVarchar(keys.key(id));
      appender.appendList(Array.from(data.subarray(id * dim, (id + 1) * dim)), LIST(FLOAT));
      appender.endRow();
      if (id % FLUSHED === FLUSHED - 1) appender.flushSync();
    }
  } finally {
    appender.closeSync();
  }
  const path = `'${file.replaceAll("'", "''")}'`;
  await connection.run(`COPY (SELECT * FROM vectors ORDER BY id) TO ${path} (FORMAT parquet)`);
  await connection.run("DROP TABLE vectors");
}

/**
 * Writes the final vectors of a trained model for a vector index: users.parquet and items.parquet (id, key, vector) and
 * the same vectors as users.npy and items.npy, float32 [rows, dim]. Whole or not at all; an existing folder is replaced.
 *
 * @returns the description that was written
 * @throws what `prepareExport` throws
 */
export async function exportVectors(options: ExportSource): Promise<VectorsDescription> {
  const { dataset, vectors, description } = await prepareExport(options, false);
  const tables = [
    ["users", vectors.users, dataset.keys.users],
    ["items", vectors.items, dataset.keys.items],
  ] as const;
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const files: Record<string, { sha256: string; bytes: number }> = {};
  const complete: VectorsDescription = {
    format: "mmkit-vectors",
    version: 1,
    ...description,
    similarity: "inner product",
    files,
  };
  await writeFolderAtomic(options.out, async (temporary) => {
    const database = await DuckDBInstance.create(":memory:", { autoinstall_known_extensions: "false" });
    try {
      const connection = await database.connect();
      for (const [name, table, keys] of tables) {
        const { rows, dim, data } = table;
        await writeParquet(connection, join(temporary, `${name}.parquet`), table, keys);
        await writeNpy(join(temporary, `${name}.npy`), { dtype: "float32", shape: [rows, dim], data });
      }
      connection.closeSync();
    } finally {
      database.closeSync();
    }
    for (const [name] of tables) {
      for (const ending of ["parquet", "npy"]) {
        const file = `${name}.${ending}`;
        files[file] = await fileHash(join(temporary, file));
      }
    }
    await writeFile(join(temporary, vectorsFile), `${JSON.stringify(complete, null, 2)}\n`);
  });
  return complete;
}
