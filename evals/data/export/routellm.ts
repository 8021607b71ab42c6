import { OutcomeFormatError } from "../../../src/contracts/index.ts";
import { outcomeOf } from "../outcomes/outcome-record.ts";
import { csvHeader, csvLine } from "./csv-line.ts";
import type { ExportSettings, ExportSource } from "./export-format.ts";
import { textRecords } from "./text-records.ts";

/**
 * Writes RouteLLM's table: `prompt`, True or False for each model, answers. Grades do not fit and are
 * refused.
 */
export async function* routellm(
  { name, records, models }: ExportSource,
  { leaveOut }: ExportSettings,
): AsyncGenerator<string, void, void> {
  yield csvHeader(["prompt", ...models, ...models.map((model) => `${model}_response`)]);
  for await (const { record, prompt } of textRecords(records(), leaveOut)) {
    const cells = models.map((model) => {
      const quality = outcomeOf(record, model)?.quality;
      if (quality !== undefined && quality !== 0 && quality !== 1)
        throw new OutcomeFormatError(
          name,
          0,
          `outcomes[${JSON.stringify(model.slice(0, 80))}].quality of ${JSON.stringify(record.id.slice(0, 80))}`,
          `must be 0 or 1 for routellm, got ${quality}: take routerbench, which holds grades`,
        );
      return quality === undefined ? "" : quality === 1 ? "True" : "False";
    });
    yield csvLine([prompt, ...cells, ...models.map((model) => outcomeOf(record, model)?.answer)]);
  }
}
