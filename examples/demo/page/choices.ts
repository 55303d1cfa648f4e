import { element } from "./element.js";

export interface Choice<Value> {
  readonly value: Value;
  readonly text: string;
  readonly isPossible: boolean;
}

/** Radio buttons in a row. @param name of the inputs, by which the chosen one is found */
export function choices<Value extends string | number>(
  name: string,
  legend: string,
  initial: Value,
  all: readonly Choice<Value>[],
): HTMLFieldSetElement {
  const labels = all.map(({ value, text, isPossible }) =>
    element(
      "label",
      {},
      element("input", { type: "radio", name, value, checked: value === initial, disabled: !isPossible }),
      element("span", {}, text),
    ),
  );
  return element("fieldset", { class: "choices" }, element("legend", {}, legend), ...labels);
}
