import type { InteractionLists } from "../data/interactions.js";
import type { ExportDescription } from "../serving/exportFormat.js";
import type { PackedTexts } from "./textColumn.js";

/** What the service keeps of an export beside its graphs, in shared memory. */
export interface ExportContent {
  readonly description: ExportDescription;
  /** sha256 of export.json, which names every other file's: equal for equal exports. */
  readonly sha256: string;
  /** Each user's training items, null where the export has none. */
  readonly seen: InteractionLists | null;
  /** Titles of items and the owner's keys, null where the export has none. */
  readonly titles: PackedTexts | null;
  readonly itemKeys: PackedTexts | null;
  readonly userKeys: PackedTexts | null;
}
