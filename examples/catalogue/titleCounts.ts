/** Number of buckets into which words and their parts are hashed. */
export const titleBuckets = 512;

/** Length of the word parts that are counted besides the word, the word's ends marked. */
const partLength = 4;

/** Weight of a word's part against the word itself. */
const partWeight = 0.15;

/** Words that stand in any title. */
const commonWords = new Set(["a", "at", "for", "in", "of", "the", "with"]);

/** FNV-1a over UTF-16 code units. */
function bucketOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % titleBuckets;
}

/** Adds the hashed words of a title, and the parts of its words, to the row of `titleBuckets` counts. */
export function countTitle(title: string, row: Float32Array): void {
  for (const word of title.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    if (commonWords.has(word)) continue;
    row[bucketOf(word)]! += 1;
    const marked = `<${word}>`;
    for (let start = 0; start + partLength <= marked.length; start += 1) {
      row[bucketOf(marked.slice(start, start + partLength))]! += partWeight;
    }
  }
}
