import { UsageError } from "./usageError.js";

/** The metrics of `--metrics`. @throws UsageError for a name that is empty or given twice */
export function metricList(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  if (new Set(names).size === names.length && !names.includes("")) return names;
  throw new UsageError(
    `--metrics ${text} has a name that is empty or given twice`,
    "Write for instance --metrics Recall@20,NDCG@20.",
  );
}
