import type { ImportInput } from "../input/import-input.ts";
import { fieldOf } from "../input/json-values.ts";
import { readDocument } from "../input/read-document.ts";
import { isObject } from "../outcomes/is-object.ts";
import { readJsonLines } from "../outcomes/read-json-lines.ts";
import { type Imported, type ImportSettings, refuseAt } from "./import-format.ts";
import { promptfooCsv } from "./promptfoo-csv.ts";
import { isPromptfooResult, promptfooResults } from "./promptfoo-results.ts";
import { promptfooTests } from "./promptfoo-tests.ts";

/**
 * Reads promptfoo files: tests (a config or a list of tests, as YAML or JSON; JSON lines; CSV) are a data
 * set, the output of a run (JSON, JSON lines, YAML, CSV) has outcomes. Several outputs are combined.
 */
export async function* promptfoo(
  inputs: readonly ImportInput[],
  settings: ImportSettings,
): AsyncGenerator<Imported, void, void> {
  const results = promptfooResults(settings);
  for (const input of inputs) {
    const { name: file, extension } = input;
    const tests = promptfooTests(input.stem, settings);
    if (extension === ".csv") {
      yield* promptfooCsv(input, { tests, results, prompt: settings.prompt, leaveOut: settings.leaveOut });
    } else if (extension === ".jsonl") {
      for await (const { line, value } of readJsonLines(input)) {
        if (isPromptfooResult(value)) results.add({ file, line }, value);
        else yield* tests.add({ file, line }, value);
      }
    } else if (extension === ".json" || extension === ".yaml" || extension === ".yml") {
      const document = await readDocument(input);
      const found = resultsOf(document);
      if (found === undefined) yield* tests.all({ file, line: 0 }, document);
      else
        found.list.forEach((result, at) => {
          const place = { file, line: 0, path: `${found.path}[${at}].` };
          if (!isPromptfooResult(result))
            refuseAt({ file, line: 0 }, `${found.path}[${at}]`, "is not the result of a test");
          results.add(place, result);
        });
    } else {
      refuseAt({ file, line: 0 }, "file", "must be .yaml, .json, .jsonl or .csv (packed with gzip or not)");
    }
  }
  yield* results.end();
}

/** Finds the results: `{ results: { results } }`, or only the inner part. */
function resultsOf(
  document: unknown,
): { readonly path: string; readonly list: readonly unknown[] } | undefined {
  if (!isObject(document)) return undefined;
  const inner = fieldOf(document["results"], "results");
  if (Array.isArray(inner)) return { path: "results.results", list: inner };
  const { results } = document;
  return Array.isArray(results) ? { path: "results", list: results } : undefined;
}
