import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeFolderAtomic } from "../../../runtime/artifacts/atomicWrite.js";
import { exportFiles } from "../../../runtime/serving/exportFormat.js";
import { writeGeneratedExport, type GeneratedSize } from "../../runtime/service/generatedExport.js";

/** Puts one export after the other into a folder, a broken one now and then. */
export class ExportSwaps {
  /** Whole and broken ones put in place so far. */
  readonly count = { whole: 0, broken: 0 };
  private turn = 0;

  private constructor(
    private readonly root: string,
    private readonly variants: readonly string[],
    readonly folder: string,
  ) {}

  static async make(size: GeneratedSize): Promise<ExportSwaps> {
    const root = await mkdtemp(join(tmpdir(), "mmkit-siege-"));
    const variants = [join(root, "first"), join(root, "second")];
    for (const [seed, folder] of variants.entries()) await writeGeneratedExport(folder, size, seed);
    const swaps = new ExportSwaps(root, variants, join(root, "export"));
    await swaps.put(false);
    return swaps;
  }

  /** Puts the next one in place; every fourth is cut short. */
  async next(): Promise<void> {
    this.turn++;
    await this.put(this.turn % 4 === 3);
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  private async put(isBroken: boolean): Promise<void> {
    const variant = this.variants[this.turn % 2]!;
    await writeFolderAtomic(this.folder, async (temporary) => {
      await cp(variant, temporary, { recursive: true });
      if (!isBroken) return;
      const graph = join(temporary, exportFiles.recommend);
      await writeFile(graph, (await readFile(graph)).subarray(0, 1000));
    });
    this.count[isBroken ? "broken" : "whole"]++;
  }
}
