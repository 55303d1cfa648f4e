import { computed } from "../../exports/computed.js";
import type { ArtifactSet } from "../../exports/artifacts.js";
import type { AblationGroup, AblationRow, AblationTable } from "../../runtime/ablation/ablationOptions.js";
import type { AblationGroup as DeclaredGroup } from "../authoring/ablation.js";
import { resolveHyperparameters, type ModelDefinition } from "../authoring/model.js";
import type { Settings } from "./settings.js";
import { suggestion } from "./suggestion.js";
import { UsageError } from "./usageError.js";

/** A row before it is known which of them compute something different. */
interface NamedRow {
  readonly name: string;
  readonly settings: Settings;
}

export interface PlannedAblation {
  readonly tables: readonly AblationTable[];
  /** What is not the model's default, by the name of the variant's folder. */
  readonly variants: ReadonlyMap<string, Settings>;
  /** Rows that are left out, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * The tables of a model with the settings of every row. Rows with the same hyper-parameters are one variant. A row that
 * computes the same as one before it is left out: without features, for instance, a model without modalities is the
 * full model.
 *
 * @param given hyper-parameters that all rows share, as far as they are not the model's defaults
 * @param wanted names of tables; the first one if empty
 * @throws UsageError if the model has no tables or none of these, or no row differs from the full model
 */
export function plannedAblation(
  model: ModelDefinition,
  given: Settings,
  wanted: readonly string[],
  build: (settings: Settings) => ArtifactSet,
): PlannedAblation {
  const declared = model.ablations ?? [];
  if (declared.length === 0) {
    throw new UsageError(`${model.name} has no ablation tables`, "`mmkit models` lists those of each model.");
  }
  const known = declared.map(({ table }) => table);
  for (const name of wanted) {
    if (!known.includes(name)) {
      throw new UsageError(`${model.name} has no table ${name}`, suggestion(name, known));
    }
  }
  const chosen = wanted.length === 0 ? known.slice(0, 1) : wanted;
  const variants = new Map<string, Settings>();
  const keys = new Map<string, string>();
  const notes: string[] = [];
  const rowOf = ({ name, settings }: NamedRow): AblationRow => {
    const key = JSON.stringify(Object.entries(resolveHyperparameters(model, settings)).toSorted());
    const variant = keys.get(key) ?? folderName(name, variants);
    keys.set(key, variant);
    variants.set(variant, settings);
    return { name, variant };
  };
  // All tables are gone through, so that a variant's name does not depend on the tables that are wanted.
  const tables = declared.flatMap(({ groups, ...table }) => {
    const named = groups.map((group) => namedRows(group, given));
    const rows = named.map(({ full, others }) => ({ full: rowOf(full), rows: others.map(rowOf) }));
    return chosen.includes(table.table) ? [{ ...table, groups: rows }] : [];
  });
  const distinct = tables.map((table) => ({
    ...table,
    groups: table.groups
      .map((group) => withoutRepetitions(group, (variant) => computed(build(variants.get(variant)!)), notes))
      .filter(({ rows }) => rows.length > 0),
  }));
  const empty = distinct.find(({ groups }) => groups.length === 0);
  if (empty !== undefined) {
    throw new UsageError(
      `with these settings no row of table ${empty.table} differs from the full model`,
      "Set what the table takes away, or take a dataset that has it.",
    );
  }
  return { tables: distinct, variants, notes };
}

/** Rows of a group with all their settings, those per modality written out. */
function namedRows(
  { full, rows }: DeclaredGroup,
  given: Settings,
): { readonly full: NamedRow; readonly others: readonly NamedRow[] } {
  const own = (settings: object): Settings => ({ ...given, ...(settings as Settings) });
  const modalities = (own(full.settings)["modalities"] ?? []) as readonly string[];
  const others = rows.flatMap((row): readonly NamedRow[] => {
    if ("name" in row) return [{ name: row.name, settings: own(row.settings) }];
    if (modalities.length < 2) return [];
    return modalities.map((modality) => ({
      name: `${row.withoutEachModality} ${modality}`,
      settings: own({ ...full.settings, modalities: modalities.filter((other) => other !== modality) }),
    }));
  });
  return { full: { name: full.name, settings: own(full.settings) }, others };
}

/** A name such as `w-o-kg`, that no other variant has. */
function folderName(name: string, taken: ReadonlyMap<string, unknown>): string {
  const words = name
    .toLowerCase()
    .replaceAll("β", "beta")
    .replaceAll("δ", "delta")
    .match(/[a-z0-9]+/g);
  const start = words?.join("-") ?? "variant";
  let found = start;
  for (let number = 2; taken.has(found); number++) found = `${start}-${number}`;
  return found;
}

function withoutRepetitions(
  { full, rows }: AblationGroup,
  computationOf: (variant: string) => string,
  notes: string[],
): AblationGroup {
  const seen = new Map([[computationOf(full.variant), full.name]]);
  const distinct = rows.filter(({ name, variant }) => {
    const computation = computationOf(variant);
    const same = seen.get(computation);
    if (same !== undefined) notes.push(`${name} computes the same as ${same} here, so it is left out`);
    seen.set(computation, same ?? name);
    return same === undefined;
  });
  return { full, rows: distinct };
}
