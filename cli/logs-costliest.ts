import type { DecisionLine } from "../evals/data/decisions/decision-line.ts";
import { lineWriter } from "./line-writer.ts";
import { decisionTable } from "./logs-list.ts";
import type { LogQuery } from "./logs-query.ts";
import { toJson } from "./to-json.ts";

const defaultLimit = 20;

/** Shows the requests that cost most. Those whose cost is not known are counted apart. */
export async function listCostliest({ entries, terminal, json, limit }: LogQuery): Promise<void> {
  const most = limit ?? defaultLimit;
  /** The most expensive so far, sorted when twice as many as needed are there. */
  let held: DecisionLine[] = [];
  let unknown = 0;
  const byCost = (a: DecisionLine, b: DecisionLine) => costOf(b) - costOf(a);
  for await (const { decision } of entries) {
    if (Number.isNaN(costOf(decision))) {
      unknown += 1;
      continue;
    }
    held.push(decision);
    if (held.length >= 2 * most + 100) held = held.sort(byCost).slice(0, most);
  }
  const costliest = held.sort(byCost).slice(0, most);
  if (json) {
    const output = lineWriter(terminal);
    for (const decision of costliest) await output.write(toJson(decision));
    output.flush();
  } else terminal.stdout(decisionTable(costliest));
  if (unknown > 0) terminal.stderr(`${unknown} more have no known cost\n`);
}

/** Cost of a request; of one that failed the sum of its calls; NaN if it is not known. */
function costOf({ costUsd, attempts, error }: DecisionLine): number {
  if (costUsd !== undefined || error === undefined) return costUsd ?? Number.NaN;
  return attempts.reduce((sum, one) => sum + (typeof one.costUsd === "number" ? one.costUsd : Number.NaN), 0);
}
