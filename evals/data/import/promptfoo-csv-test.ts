import type { Fields } from "../outcomes/is-object.ts";
import { promptfooAssert } from "./promptfoo-assert.ts";

/**
 * Converts a row of promptfoo's CSV to a test: `__expected`, `__expected1` … are asserts, `__prefix` and
 * `__suffix` enclose the prompt, `__metadata:<key>` (`[]` for a list) and `__description` describe it;
 * columns without underscores are variables. Other columns with two underscores are ignored.
 */
export function promptfooCsvTest(cells: ReadonlyMap<string, string>): Fields {
  const vars: [string, string][] = [];
  const asserts: Fields[] = [];
  const metadata: [string, unknown][] = [];
  for (const [column, cell] of cells) {
    if (/^__expected\d*$/.test(column)) {
      if (cell.trim() !== "") asserts.push(promptfooAssert(cell));
    } else if (column.startsWith("__metadata:")) {
      const key = column.slice("__metadata:".length);
      if (cell.trim() === "") continue;
      metadata.push(key.endsWith("[]") ? [key.slice(0, -2), listOf(cell)] : [key, cell]);
    } else if (!column.startsWith("__")) vars.push([column, cell]);
  }
  return {
    description: cells.get("__description"),
    vars: Object.fromEntries(vars),
    assert: asserts,
    metadata: Object.fromEntries(metadata),
    options: { prefix: cells.get("__prefix"), suffix: cells.get("__suffix") },
  };
}

/** Splits at commas; `\,` is a comma. */
function listOf(cell: string): readonly string[] {
  return cell.split(/(?<!\\),/).map((item) => item.trim().replaceAll("\\,", ","));
}
