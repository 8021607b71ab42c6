import type { ImportInput } from "../input/import-input.ts";
import { defined } from "../input/json-values.ts";
import { type CsvRow, readCsv } from "../input/read-csv.ts";
import type { Outcome } from "../outcomes/outcome-record.ts";
import { type Imported, type ImportSettings, type Place, refuseAt } from "./import-format.ts";

const answerSuffix = "_response";

/**
 * Reads RouteLLM's tables (`mmlu_*.csv`, `gsm8k_responses.csv`): `prompt`, a column of True and False for
 * each model, and its answer in `<model>_response`. The file's name is the category, and with the line number
 * the id.
 */
export async function* routellm(
  inputs: readonly ImportInput[],
  { models }: ImportSettings,
): AsyncGenerator<Imported, void, void> {
  for (const input of inputs) {
    for await (const row of readCsv(input)) {
      const place = { file: input.name, line: row.line };
      const { cells } = row;
      const prompt = cells.get("prompt");
      if (prompt === undefined) refuseAt(place, "prompt", "is missing: the header has no such column");
      const outcomes = modelColumns(row, models).flatMap((model) => {
        const quality = qualityOf(cells.get(model) ?? "", model, place);
        if (quality === undefined) return [];
        return [
          [
            model,
            defined<Outcome>({ quality, answer: cells.get(`${model}${answerSuffix}`) || undefined }),
          ] as const,
        ];
      });
      yield {
        place,
        record: {
          id: `${input.stem}:${row.line}`,
          prompt: prompt ?? "",
          category: input.stem,
          outcomes: Object.fromEntries(outcomes),
        },
      };
    }
  }
}

function modelColumns({ cells }: CsvRow, models: readonly string[] | undefined): readonly string[] {
  return [...cells.keys()].filter(
    (column) =>
      column !== "prompt" &&
      // An index that pandas has written.
      column !== "" &&
      !column.startsWith("Unnamed:") &&
      !(column.endsWith(answerSuffix) && cells.has(column.slice(0, -answerSuffix.length))) &&
      (models?.includes(column) ?? true),
  );
}

/** Parses right or wrong, or a grade. Undefined for an empty cell: the model was not run. */
export function qualityOf(cell: string, model: string, place: Place): number | undefined {
  const text = cell.trim().toLowerCase();
  if (text === "" || text === "nan") return undefined;
  if (text === "true") return 1;
  if (text === "false") return 0;
  const quality = Number(text);
  if (quality >= 0 && quality <= 1) return quality;
  const shown = Number.isNaN(quality) ? "text" : String(quality);
  return refuseAt(
    place,
    `column ${JSON.stringify(model.slice(0, 80))}`,
    `must be True, False or a number in [0, 1], got ${shown} (if the column is not a model, name the models)`,
  );
}
