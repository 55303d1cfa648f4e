/**
 * The known name a misspelt one most likely stands for, or undefined when none is close. Distance is the number of
 * letters inserted, removed, replaced or swapped with their neighbour, upper and lower case being the same.
 */
export function nearestName(wanted: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let limit = Math.max(2, Math.ceil(wanted.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(wanted.toLowerCase(), name.toLowerCase());
    if (distance < limit && distance < Math.max(wanted.length, name.length)) {
      nearest = name;
      limit = distance;
    }
  }
  return nearest;
}

function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      const replaced = last[column - 1]! + (same ? 0 : 1);
      let distance = Math.min(last[column]! + 1, current[column - 1]! + 1, replaced);
      const swapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (swapped) distance = Math.min(distance, beforeLast[column - 2]! + 1);
      current.push(distance);
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length]!;
}
