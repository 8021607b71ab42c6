import { InvalidOptionError } from "../../../src/contracts/index.ts";
import type { ExportFormat, Meaning } from "./export-format.ts";

const meanings: ReadonlySet<string> = new Set<Meaning>([
  "start",
  "end",
  "model",
  "line-item",
  "usd",
  "cents",
  "currency",
  "input",
  "output",
  "requests",
  "owner",
  "ignored",
]);

/** Returns the format of a table whose columns the user names, as pairs of a meaning and a column. Throws `InvalidOptionError`. */
export function namedTable(pairs: readonly (readonly [meaning: string, column: string])[]): ExportFormat {
  const columns: Record<string, Meaning> = {};
  for (const [meaning, column] of pairs) {
    if (!meanings.has(meaning))
      throw new InvalidOptionError("columns", meaning, `one of ${[...meanings].join(", ")}`);
    columns[column] = meaning as Meaning;
  }
  const named = new Set(Object.values(columns));
  if (!named.has("start") || !["usd", "cents", "input", "output"].some((one) => named.has(one as Meaning)))
    throw new InvalidOptionError("columns", [...named], "start, and one of usd, cents, input, output");
  return { name: "table", needed: Object.keys(columns), columns };
}
