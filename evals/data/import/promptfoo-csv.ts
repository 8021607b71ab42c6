import type { ImportInput } from "../input/import-input.ts";
import { checkHeader, namedCells, type RawCsvRow, readCsvRows } from "../input/read-csv.ts";
import { type Imported, type Place, refuseAt } from "./import-format.ts";
import { isPromptfooCsvCell } from "./promptfoo-csv-cell.ts";
import { type PromptfooCsvHeader, promptfooCsvHeader } from "./promptfoo-csv-columns.ts";
import { addPromptfooCsvRow, type PromptfooCsvRowTargets } from "./promptfoo-csv-row.ts";
import { promptfooCsvTest } from "./promptfoo-csv-test.ts";
import type { PromptfooTests } from "./promptfoo-tests.ts";

export interface PromptfooCsvTargets extends PromptfooCsvRowTargets {
  readonly tests: PromptfooTests;
}

/**
 * Reads a table of promptfoo: tests, or the results of a run (`promptfoo eval -o out.csv`), known by its
 * header and the first cells of results. The results go to `results`.
 */
export async function* promptfooCsv(
  input: ImportInput,
  targets: PromptfooCsvTargets,
): AsyncGenerator<Imported, void, void> {
  const file = input.name;
  let names: readonly string[] | undefined;
  let header: PromptfooCsvHeader | undefined;
  let isDecided = false;
  let waiting: RawCsvRow[] = [];
  const read = function* ({ line, cells }: RawCsvRow): Generator<Imported, void, void> {
    const place: Place = { file, line };
    if (header !== undefined) addPromptfooCsvRow({ place, cells, header }, targets);
    else yield* targets.tests.add(place, promptfooCsvTest(namedCells(names ?? [], cells)));
  };
  for await (const row of readCsvRows(input)) {
    if (names === undefined) {
      names = row.cells;
      header = promptfooCsvHeader(names);
      isDecided = header === undefined || header.isSure;
      if (header === undefined) checkHeader(file, names);
      else if (isDecided) checkResults(file, header);
      continue;
    }
    waiting.push(row);
    if (!isDecided) {
      const first = header?.results.map(({ at }) => row.cells[at] ?? "").find((cell) => cell.trim() !== "");
      if (first === undefined) continue;
      isDecided = true;
      if (header !== undefined && isPromptfooCsvCell(first.trimStart())) checkResults(file, header);
      else {
        header = undefined;
        checkHeader(file, names);
      }
    }
    for (const one of waiting) yield* read(one);
    waiting = [];
  }
  // No result in any row: such a table has tests only.
  if (!isDecided) header = undefined;
  for (const one of waiting) yield* read(one);
}

/** Refuses two columns of one name: their models could not be told apart. */
function checkResults(file: string, { results }: PromptfooCsvHeader): void {
  const seen = new Set<string>();
  for (const { field, provider, prompt } of results) {
    const name = JSON.stringify([provider, prompt]);
    if (seen.has(name))
      refuseAt(
        { file, line: 1 },
        field,
        "has the provider and prompt of another: give the providers labels, or import the output as JSON",
      );
    seen.add(name);
  }
}
