/** Inputs and outputs that the compiled graphs have of themselves. */
const reserved: readonly string[] = [
  ...["learning_rate", "losses", "step", "random_key"],
  ...["user_vectors", "item_vectors"],
];
/** Endings of values derived from a parameter: its gradient, moments and updated value. */
const endings: readonly string[] = [".grad", ".m", ".v", ".next"];

/**
 * What is wrong with the name of an input, or undefined. A name must stay apart from every name that artifacts
 * derive from others: a sparse matrix `g` for instance is fed as `g/rows/order` and more.
 */
export function nameProblem(name: string, taken: Iterable<string>): string | undefined {
  if (name === "") return "is empty; give it a name";
  if (name.split("/").includes("")) return 'has an empty part between, before or after "/"';
  if (reserved.includes(name)) return "is a name that the compiled graphs use themselves; choose another";
  const ending = endings.find((candidate) => name.endsWith(candidate));
  if (ending !== undefined) {
    return `ends in "${ending}", which marks values derived from a parameter; choose another name`;
  }
  for (const other of taken) {
    if (other === name) return "is declared twice";
    if (name.startsWith(`${other}/`)) return `lies below "${other}", which is an input itself; rename one`;
    if (other.startsWith(`${name}/`)) return `is part of the path of "${other}"; rename one`;
  }
  return undefined;
}
