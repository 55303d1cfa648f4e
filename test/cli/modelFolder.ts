import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { packageRoot } from "../../src/onnx/packageRoot.js";

/**
 * Makes a folder such as a user's: with mmkit in its node_modules.
 *
 * @param type how Node takes the folder's modules
 */
export async function modelFolder(folder: string, type: "module" | "commonjs"): Promise<void> {
  await mkdir(join(folder, "node_modules"), { recursive: true });
  await symlink(packageRoot(), join(folder, "node_modules", "mmkit"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "shop", type }));
}
