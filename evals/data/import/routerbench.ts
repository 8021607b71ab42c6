import type { ImportInput } from "../input/import-input.ts";
import { defined } from "../input/json-values.ts";
import { readCsv } from "../input/read-csv.ts";
import { readPythonStrings } from "../input/read-python-strings.ts";
import type { Outcome } from "../outcomes/outcome-record.ts";
import { type Imported, type ImportSettings, type Place, refuseAt } from "./import-format.ts";
import { qualityOf } from "./routellm.ts";

const answerSuffix = "|model_response";
const costSuffix = "|total_cost";

/**
 * Reads RouterBench's wide table as CSV: `sample_id`, `prompt`, `eval_name`, and for each model `<model>`
 * (quality), `<model>|model_response` and `<model>|total_cost` (US dollars). A prompt or an
 * answer that is a Python list of strings (`['A']`) is joined with line breaks.
 */
export async function* routerbench(
  inputs: readonly ImportInput[],
  { models }: ImportSettings,
): AsyncGenerator<Imported, void, void> {
  for (const input of inputs) {
    for await (const { line, cells } of readCsv(input)) {
      const place = { file: input.name, line };
      const cell = (column: string): string =>
        cells.get(column) ?? refuseAt(place, column, "is missing: the header has no such column");
      const found = [...cells.keys()].filter(
        (column) =>
          (cells.has(`${column}${answerSuffix}`) || cells.has(`${column}${costSuffix}`)) &&
          (models?.includes(column) ?? true),
      );
      if (found.length === 0)
        refuseAt(place, "columns", `hold none of the models: each has <model> and <model>${costSuffix}`);
      const outcomes = found.flatMap((model) => {
        const quality = qualityOf(cells.get(model) ?? "", model, place);
        if (quality === undefined) return [];
        const costUsd = costOf(cells.get(`${model}${costSuffix}`) ?? "", `${model}${costSuffix}`, place);
        return [
          [
            model,
            defined<Outcome>({
              quality,
              answer: textOf(cells.get(`${model}${answerSuffix}`) ?? "") || undefined,
              costUsd,
            }),
          ] as const,
        ];
      });
      const prompt = cell("prompt");
      yield {
        place,
        record: defined({
          id: cell("sample_id"),
          prompt: textOf(prompt),
          category: cells.get("eval_name") || undefined,
          outcomes: Object.fromEntries(outcomes),
        }),
      };
    }
  }
}

function textOf(cell: string): string {
  return readPythonStrings(cell)?.join("\n") ?? cell;
}

function costOf(cell: string, column: string, place: Place): number | undefined {
  const text = cell.trim().toLowerCase();
  if (text === "" || text === "nan") return undefined;
  const costUsd = Number(text);
  if (costUsd >= 0 && Number.isFinite(costUsd)) return costUsd;
  return refuseAt(place, `column ${JSON.stringify(column.slice(0, 80))}`, "must be a number of at least 0");
}
