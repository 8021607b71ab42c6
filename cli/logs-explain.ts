import { parseAttemptLine } from "../evals/data/decisions/attempt-line.ts";
import { type LogEntry, readAttemptLines } from "../evals/data/decisions/read-log.ts";
import { type Attempt, InvalidOptionError, OutcomeFormatError } from "../src/contracts/index.ts";
import { explain } from "../src/plugin/explain.ts";
import { showUsd } from "../src/plugin/show-usd.ts";
import { formatTable } from "./format-table.ts";
import { text } from "./logs-list.ts";
import type { LogQuery } from "./logs-query.ts";
import { toJson } from "./to-json.ts";

/** Says why a request went where it did: the decision, the other models, and the calls. */
export async function explainDecision(
  id: string,
  files: readonly string[],
  { entries, terminal, json }: LogQuery,
): Promise<void> {
  let found: LogEntry | undefined;
  for await (const entry of entries) found ??= entry;
  if (found === undefined)
    throw new InvalidOptionError(
      "--id",
      id,
      "the id of a decision in these logs that fits the other options",
    );
  const late: Attempt[] = [];
  for await (const { file, line, value } of readAttemptLines(files, id))
    late.push(
      parseAttemptLine(value, (field, problem) => {
        throw new OutcomeFormatError(file, line, field, problem);
      }).attempt,
    );
  const attempts = [...found.decision.attempts, ...late];
  if (json) terminal.stdout(`${toJson({ ...found.decision, attempts })}\n`);
  else terminal.stdout(showDecision(found, attempts));
}

function showDecision({ file, line, decision }: LogEntry, attempts: readonly Attempt[]): string {
  const { id, at, request, candidates, error } = decision;
  let why: string;
  try {
    why = explain(decision);
  } catch {
    // A file may hold anything there.
    throw new OutcomeFormatError(file, line, "line", "is not a decision as decisionLog writes it");
  }
  const about = [
    ["tenant", request.tenant],
    ["session", request.session],
    ["release", decision.release],
    ["policy", decision.versions.policy],
    ["classifier", decision.versions.classifier],
    ["error", error === undefined ? undefined : `${text(error?.code)}: ${text(error?.message)}`],
  ]
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${text(value)}`);
  const models = candidates.map(({ model, permitted, withheld, estimatedCostUsd, estimatedQuality }) => [
    text(model),
    model === decision.model ? "chosen" : permitted === true ? (withheld ?? "permitted") : text(permitted),
    estimatedCostUsd === undefined ? "-" : showUsd(estimatedCostUsd),
    estimatedQuality === undefined ? "-" : String(estimatedQuality),
  ]);
  const calls = attempts.map(({ model, hop, latencyMs, costUsd, error: failed, next }) => [
    text(model),
    text(hop),
    `${Math.round(Number(latencyMs))} ms`,
    costUsd === undefined ? "-" : showUsd(costUsd),
    failed === undefined ? "ok" : text(failed?.kind ?? failed?.code),
    next ?? "-",
  ]);
  return [
    `${id} at ${at}`,
    why,
    ...about,
    "",
    formatTable([["model", "permitted", "estimated cost", "estimated quality"], ...models]),
    "",
    formatTable([["call", "hop", "time", "cost", "end", "next"], ...calls]),
    "",
  ].join("\n");
}
