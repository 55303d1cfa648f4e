import { UsageError } from "./usageError.js";

/** @throws UsageError unless it is whole numbers with commas between */
export function seedList(text: string): readonly number[] {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.every((part) => /^\d+$/.test(part))) return parts.map(Number);
  throw new UsageError(
    `--seeds takes whole numbers with commas between, found "${text}"`,
    "Write for instance --seeds 1,2,3.",
  );
}
