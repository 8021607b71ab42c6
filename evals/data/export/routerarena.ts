import type { ModelFacts, Router } from "../../../src/contracts/index.ts";
import { OutcomeFormatError } from "../../../src/contracts/index.ts";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";
import { type Asked, askedOf, withTools } from "./asked-of.ts";
import type { Exported, ExportSettings, ExportSource } from "./export-format.ts";

/** Entry of a RouterArena submission; the benchmark fills in what is null. */
interface Prediction {
  readonly "global index": string;
  readonly prompt: string;
  /** Name of the model that the router chose. */
  readonly prediction: string;
  readonly generated_result: null;
  readonly cost: null;
  readonly accuracy: null;
}

/**
 * Writes the predictions of a RouterArena submission, in the order of the records: the choice of the router
 * for each prompt, which is decided and not called; without a router the one model that a record has an
 * outcome of.
 */
export async function* routerarena(
  { name, records }: ExportSource,
  { leaveOut, router, rename = {} }: ExportSettings,
): AsyncGenerator<string, void, void> {
  let before = "[\n";
  let line = 0;
  for await (const record of records()) {
    line += 1;
    const asked = askedOf(record);
    if (asked === undefined) {
      leaveOut(withTools);
      continue;
    }
    const chosen =
      router === undefined ? onlyModelOf(record, name, line) : await chosenBy(router, asked, record.category);
    const entry: Prediction = {
      "global index": record.id,
      prompt: typeof asked === "string" ? asked : JSON.stringify(asked),
      prediction: Object.hasOwn(rename, chosen) ? (rename[chosen] as string) : chosen,
      generated_result: null,
      cost: null,
      accuracy: null,
    };
    yield `${before}  ${JSON.stringify(entry)}`;
    before = ",\n";
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}

/** Configuration of the submission: name of the router and its models. */
export function routerarenaConfig(routerName: string, models: readonly string[]): string {
  return `${JSON.stringify({ pipeline_params: { router_name: routerName, models } }, undefined, 2)}\n`;
}

/** Name of a model without its provider, as benchmarks list it. */
export function benchmarkName({ name }: Pick<ModelFacts, "name">): string {
  return name.slice(name.indexOf(":") + 1);
}

async function chosenBy(router: Router, asked: Asked, category: string | undefined): Promise<string> {
  const messages = typeof asked === "string" ? [{ role: "user" as const, content: asked }] : [...asked];
  const { model } = await router.decide({ messages, category });
  return benchmarkName(router.models[model] as ModelFacts);
}

function onlyModelOf(record: Exported, file: string, line: number): string {
  const models = "outcomes" in record ? Object.keys((record as OutcomeRecord).outcomes) : [];
  const [only] = models;
  if (models.length === 1 && only !== undefined) return only;
  throw new OutcomeFormatError(
    file,
    line,
    "outcomes",
    "must be of the one model that the router chose, for routerarena: or give the router, --config",
  );
}
