import { RecipeError, requireComputed, type Recipe } from "../recipe.js";

/** A dense buffer that holds a value of the model as it was computed, under the name `values`. */
export const computed: Recipe = (context) => {
  const { entry } = context;
  const tensor = requireComputed(context, "values");
  const fits =
    entry.kind === "dense" && entry.dtype === tensor.dtype && entry.axes.length === tensor.dims.length;
  if (fits) return { kind: "dense", tensor };
  const wanted = entry.kind === "dense" ? `${entry.dtype} [${entry.axes.join(", ")}]` : "sparse";
  throw new RecipeError(
    entry,
    `the model computed ${tensor.dtype} [${tensor.dims.join(", ")}], but the buffer is ${wanted}`,
    "Correct the declaration",
  );
};
