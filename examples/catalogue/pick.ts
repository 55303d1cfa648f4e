import type { Random } from "../../runtime/data/random.js";

/** One of the choices, all equally likely. @throws RangeError if there are none */
export function pick<Choice>(choices: readonly Choice[], random: Random): Choice {
  return choices[random.below(choices.length)]!;
}

/** Some of the choices, `count` different ones in random order. @throws RangeError if there are fewer */
export function pickSome<Choice>(
  choices: readonly Choice[],
  count: number,
  random: Random,
): readonly Choice[] {
  const left = [...choices];
  return Array.from({ length: count }, () => left.splice(random.below(left.length), 1)[0]!);
}
