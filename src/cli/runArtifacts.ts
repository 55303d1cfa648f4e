import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeArtifacts, type ArtifactSet } from "../../exports/artifacts.js";
import { RUN_ARTIFACTS } from "../../runtime/training/runFolder.js";

/**
 * The compiled model of a run. It is written outside the run folder first, because nothing there may change until
 * everything has been checked; once training starts, the run gets a copy of its own, so that it can be resumed,
 * evaluated and exported by itself.
 */
export class RunArtifacts {
  private constructor(private readonly parent: string) {}

  static async write(artifacts: ArtifactSet): Promise<RunArtifacts> {
    const written = new RunArtifacts(mkdtempSync(join(tmpdir(), "mmkit-artifacts-")));
    await writeArtifacts(artifacts, written.folder);
    return written;
  }

  get folder(): string {
    return join(this.parent, RUN_ARTIFACTS);
  }

  /** Copies the artifacts into a run folder that has its config.json, and says so there. */
  copyInto(run: string): void {
    const target = join(run, RUN_ARTIFACTS);
    const arriving = `${target}.writing`;
    rmSync(arriving, { recursive: true, force: true });
    cpSync(this.folder, arriving, { recursive: true });
    rmSync(target, { recursive: true, force: true });
    renameSync(arriving, target);
    const file = join(run, "config.json");
    const config = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    writeFileSync(`${file}.writing`, `${JSON.stringify({ ...config, artifactFolder: target }, null, 2)}\n`);
    renameSync(`${file}.writing`, file);
  }

  remove(): void {
    rmSync(this.parent, { recursive: true, force: true });
  }
}
