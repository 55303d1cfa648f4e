import { formatNames, formats, type FormatName } from "./formats.js";
import { ImportSettingError } from "./importSettingError.js";
import type { ReadOptionName, ReadOptions, SourceFormat } from "./sourceFormat.js";

/** @throws ImportSettingError naming the first option that the format has no use for, and the formats that have one */
export function checkReadOptions(name: FormatName, options: ReadOptions): void {
  const given: ReadOptionName[] = Object.keys(options.mapping) as (keyof ReadOptions["mapping"])[];
  if (options.itemFile !== null) given.push("items");
  if (options.delimiter !== null) given.push("delimiter");
  if (options.columns !== null) given.push("columns");
  if (options.skipIncomplete) given.push("skip-incomplete");
  const takes = (format: SourceFormat, option: ReadOptionName): boolean => format.takes.includes(option);
  const idle = given.find((option) => !takes(formats[name], option));
  if (idle === undefined) return;
  const users = formatNames.filter((other) => takes(formats[other], idle));
  throw new ImportSettingError(
    `the format ${name} has no use for --${idle === "split" ? "split-column" : idle}`,
    `It belongs to ${users.join(", ")}`,
  );
}
