import type { GraphWriter } from "./graphWriter.js";
import { writeRows, type StoredTable } from "./storedTable.js";

/** How the vector of somebody new is made of the vectors of the items they like. */
export interface FoldInRule {
  /**
   * Writes the nodes from `liked` int32 [block, liked], rows padded with -1, to the vectors float32 [block, dim].
   *
   * @param output name of the result
   */
  write(writer: GraphWriter, items: StoredTable, liked: string, output: string): string;
}

/** The mean of the items' vectors; zeros for nothing liked, which ranks items by their ids. */
export const meanOfLiked: FoldInRule = {
  write(writer, items, liked, output) {
    const zero = writer.constant({ name: "int32/0", dtype: "int32", dims: [], data: Int32Array.of(0) });
    const is = writer.cast(
      "is_liked",
      writer.node("liked_entries", "GreaterOrEqual", [liked, zero]),
      "float32",
    );
    // -1 looks up the last row, which then counts nothing.
    const rows = writeRows(writer, items, liked, "liked_vectors");
    const weights = writer.node("liked_weights", "Unsqueeze", [is, writer.ints(1)]);
    const sums = writer.node("liked_sums", "Squeeze", [
      writer.node("liked_sum_rows", "MatMul", [weights, rows]),
      writer.ints(1),
    ]);
    const counts = writer.node("liked_counts", "ReduceSum", [is, writer.ints(1)], { keepdims: 1 });
    const none = writer.cast(
      "none_liked",
      writer.node("none", "Equal", [counts, writer.float(0)]),
      "float32",
    );
    return writer.node(output, "Div", [sums, writer.node("divisors", "Add", [counts, none])]);
  },
};
