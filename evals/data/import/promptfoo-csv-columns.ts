import { fieldOf, textOf } from "../input/json-values.ts";
import { isObject } from "../outcomes/is-object.ts";

/** Column of a table of results that holds the answers of one provider to one prompt. */
export interface PromptfooCsvColumn {
  readonly at: number;
  /** Name in errors, without the text of the prompt. */
  readonly field: string;
  readonly provider: string;
  /** Label of the prompt, which is its template unless it was given another. */
  readonly prompt: string;
  /** Places of the columns that belong to it, by name: `Status`, `Score` … Newer tables have them. */
  readonly parts: ReadonlyMap<string, number>;
}

export interface PromptfooCsvHeader {
  readonly variables: readonly { readonly at: number; readonly name: string }[];
  readonly results: readonly PromptfooCsvColumn[];
  /** True if the header alone tells that these are results. */
  readonly isSure: boolean;
}

const partNames: ReadonlySet<string> = new Set([
  "Status",
  "Score",
  "Named Scores",
  "Grader Reason",
  "Reasoning",
  "Comment",
  "Latency (ms)",
]);

/**
 * Finds the columns of results in the header of a table: `[provider] prompt`, the prompt as JSON in the oldest
 * ones. Undefined if there are none: it is a table of tests. Columns before them are variables; those of red
 * teams, after them, are not used.
 */
export function promptfooCsvHeader(header: readonly string[]): PromptfooCsvHeader | undefined {
  if (header.some((name) => name.startsWith("__"))) return undefined;
  const columns: { at: number; name: string; parts: Map<string, number> }[] = [];
  for (const [at, name] of header.entries()) {
    const before = columns.at(-1);
    const isPart = partNames.has(name) || name.startsWith("Metric: ");
    if (isPart && before !== undefined && !before.parts.has(name)) before.parts.set(name, at);
    else columns.push({ at, name, parts: new Map() });
  }
  const isSure = columns.some(({ parts }) => hasStatus(parts));
  const results = columns.flatMap(({ at, name, parts }): readonly PromptfooCsvColumn[] => {
    const named = nameOf(name);
    if (isSure && !hasStatus(parts)) return [];
    if (named === undefined && !isSure) return [];
    const field = `column ${at + 1}${named === undefined ? "" : ` (${JSON.stringify(named.provider.slice(0, 80))})`}`;
    return [{ at, field, ...(named ?? { provider: name, prompt: name }), parts }];
  });
  const [first] = results;
  if (first === undefined) return undefined;
  const variables = header.slice(0, first.at).map((name, at) => ({ at, name }));
  return { variables, results, isSure };
}

function hasStatus(parts: ReadonlyMap<string, number>): boolean {
  return parts.has("Status") && parts.has("Score") && parts.has("Grader Reason");
}

function nameOf(column: string): Pick<PromptfooCsvColumn, "provider" | "prompt"> | undefined {
  const end = column.indexOf("] ");
  if (column.startsWith("[") && end > 1)
    return { provider: column.slice(1, end), prompt: column.slice(end + 2) };
  if (!column.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(column);
    const prompt = textOf(fieldOf(value, "raw"));
    if (!isObject(value) || prompt === undefined) return undefined;
    return { provider: textOf(value["provider"]) ?? textOf(value["label"]) ?? "model", prompt };
  } catch {
    return undefined;
  }
}
