import { methodNames } from "../../runtime/tuning/searchMethod.js";
import { DEFAULT_AHEAD } from "../../runtime/tuning/tuneOptions.js";

/** Options of `mmkit tune` that say what to search and how. */
export const searchOptions = {
  space: {
    type: "array",
    string: true,
    default: [] as string[],
    describe:
      "What to search: name=low..high, name=low..high:log, name=a,b,c, or a JSON file; may be repeated",
  },
  method: { type: "string", choices: methodNames, describe: "How to search (tpe)" },
  trials: { type: "number", describe: "Most trials (20; all of a grid)" },
  parallel: {
    type: "number",
    describe: "Trials at once, each with its share of the cores and of --memory (1)",
  },
  ahead: {
    type: "number",
    describe: `TPE learns from all trials but the last N - 1, so that N may run at once (${DEFAULT_AHEAD})`,
  },
} as const;
