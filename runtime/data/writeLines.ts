import { open } from "node:fs/promises";

const BATCH = 1 << 16;

/** Writes lines to a new file, each with a line break, without holding all of them in memory. */
export async function writeLines(file: string, lines: Iterable<string>): Promise<void> {
  const handle = await open(file, "w");
  try {
    let batch: string[] = [];
    for (const line of lines) {
      batch.push(line);
      if (batch.length < BATCH) continue;
      await handle.writeFile(`${batch.join("\n")}\n`);
      batch = [];
    }
    if (batch.length > 0) await handle.writeFile(`${batch.join("\n")}\n`);
  } finally {
    await handle.close();
  }
}
