let path = "";

/** Runs `body` with `name` appended to the path of every value it declares. */
export function scope<T>(name: string, body: () => T): T {
  const outer = path;
  path = outer === "" ? name : `${outer}/${name}`;
  try {
    return body();
  } finally {
    path = outer;
  }
}

/** Runs `body` with exactly this path, for values derived from one declared elsewhere. */
export function withPath<T>(exact: string, body: () => T): T {
  const outer = path;
  path = exact;
  try {
    return body();
  } finally {
    path = outer;
  }
}

export function currentPath(): string {
  return path;
}
