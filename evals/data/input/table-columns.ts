import { InvalidOptionError } from "../../../src/contracts/index.ts";
import { textOf } from "./json-values.ts";

/** Columns of a table by our fields. */
export type TableColumns = Readonly<Record<string, string>>;

const columnFields =
  /^(?:id|prompt|system|question|category|session|tenant|group|at|expected|model|(?:quality|answer|costUsd|inputTokens|outputTokens|cachedTokens|latencyMs)(?::.+)?)$/;

/** Throws `InvalidOptionError` unless these are columns by our fields. */
export function checkTableColumns(columns: TableColumns | undefined): void {
  if (columns === undefined || !Object.hasOwn(columns, "prompt"))
    throw new InvalidOptionError("columns", columns, "a mapping with prompt: --map prompt=<column>");
  for (const [field, column] of Object.entries(columns)) {
    if (!columnFields.test(field))
      throw new InvalidOptionError(
        "columns",
        field,
        "fields of a record (id, prompt, model, quality, answer, costUsd …), or quality:<model> and its like",
      );
    if (textOf(column) === undefined)
      throw new InvalidOptionError(`columns.${field}`, column, "the name of a column");
  }
  const isWide = Object.keys(columns).some((field) => field.startsWith("quality:"));
  if (!isWide && Object.hasOwn(columns, "quality") !== Object.hasOwn(columns, "model"))
    throw new InvalidOptionError(
      "columns",
      columns,
      "model and quality together for a row an answer, or quality:<model> for a row a request",
    );
}
