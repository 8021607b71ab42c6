import { type Attempt, OutcomeFormatError } from "../../../src/contracts/index.ts";
import { attemptKey, createSpendSums, type SpendReport } from "../../../src/router/log/inner.ts";
import { isAttemptLine, parseAttemptLine } from "../../data/decisions/attempt-line.ts";
import { type DecisionLine, parseDecisionLine } from "../../data/decisions/decision-line.ts";
import { isBesideLine } from "../../data/decisions/event-line.ts";
import { type JsonLinesSource, readJsonLines } from "../../data/outcomes/read-json-lines.ts";
import { createSeenKeys } from "./seen-keys.ts";
import { type SpendRequest, spendRequestOf } from "./spend-request.ts";

export interface ReadSpendOptions {
  /** Decision logs: `.jsonl`, `.jsonl.gz`, or lines. They may overlap. */
  readonly logs: readonly (string | JsonLinesSource)[];
  /** Id or name of the model that requests are compared to. Default: none, and no requests are kept. */
  readonly large?: string | undefined;
  /** Largest number of models, tenants and days with a row of their own. Default 1,000. */
  readonly maxRows?: number | undefined;
  /** Called with each attempt that counts. */
  readonly onAttempt?: ((attempt: Attempt, tenant: string | undefined) => void) | undefined;
}

/** Spend of decision logs. */
export interface LoggedSpend extends SpendReport {
  /** Requests, each once. */
  readonly requests: number;
  /** Lines that repeat a request or an attempt: of a log that was read twice, or of logs that overlap. */
  readonly repeated: number;
  /** Attempts of requests that have no line, and their known cost in US dollars. */
  readonly unlisted: { readonly attempts: number; readonly costUsd: number };
}

/**
 * Adds up decision logs. Each attempt counts once, by its id, whatever the number of lines and logs that it stands
 * in. Streams; remembers 16 to 32 bytes an attempt, and about a kilobyte a request with `large`. Throws
 * `OutcomeFormatError`, which names file, line and field.
 */
export async function readSpend({
  logs,
  large,
  maxRows = 1_000,
  onAttempt,
}: ReadSpendOptions): Promise<{ readonly spend: LoggedSpend; readonly requests: readonly SpendRequest[] }> {
  const sums = createSpendSums({ maxRows });
  const unlisted = createSpendSums({ maxRows: 1 });
  const attempts = createSeenKeys();
  const decisions = createSeenKeys();
  const requests: SpendRequest[] = [];
  let repeated = 0;
  for (const log of logs) {
    const file = typeof log === "string" ? log : log.name;
    for await (const { line, value } of readJsonLines(log)) {
      const refuse = (field: string, problem: string): never => {
        throw new OutcomeFormatError(file, line, field, problem);
      };
      if (isAttemptLine(value)) {
        const { attempt, tenant } = parseAttemptLine(value, refuse);
        checkAttempts([attempt], refuse);
        if (!attempts.add(attemptKey(attempt))) {
          repeated += 1;
          continue;
        }
        sums.add(attempt, tenant);
        onAttempt?.(attempt, tenant);
        unlisted.add(attempt, tenant);
        continue;
      }
      if (isBesideLine(value)) continue;
      const decision = parseDecisionLine(value, refuse);
      checkAttempts(decision.attempts, refuse);
      const isNew = decisions.add(`${decision.id} ${decision.at}`);
      if (!isNew) repeated += 1;
      const { tenant } = decision.request;
      const added = decision.attempts.filter((attempt) => attempts.add(attemptKey(attempt)));
      for (const attempt of added) {
        sums.add(attempt, tenant);
        onAttempt?.(attempt, tenant);
      }
      if (isNew && large !== undefined) requests.push(spendRequestOf(decision, large));
    }
  }
  const { total } = unlisted.report();
  return {
    spend: {
      ...sums.report(),
      requests: decisions.size,
      repeated,
      unlisted: { attempts: total.attempts, costUsd: total.costUsd },
    },
    requests,
  };
}

/** Checks what is summed: `parseDecisionLine` looks at names only. */
function checkAttempts(
  attempts: DecisionLine["attempts"],
  refuse: (field: string, problem: string) => never,
): void {
  attempts.forEach(({ id, startedAt, costUsd, usage }, at) => {
    const field = `attempts[${at}]`;
    if (typeof id !== "string" || id === "") refuse(`${field}.id`, "must be a non-empty string");
    if (typeof startedAt !== "string" || Number.isNaN(Date.parse(startedAt)))
      refuse(`${field}.startedAt`, "must be a date in ISO 8601");
    if (costUsd !== undefined && !isAmount(costUsd))
      refuse(`${field}.costUsd`, "must be a number of at least 0");
    if (usage === undefined) return;
    for (const count of [usage.inputTokens, usage.outputTokens])
      if (!isAmount(count)) refuse(`${field}.usage`, "must hold numbers of tokens of at least 0");
  });
}

function isAmount(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && Number.isFinite(value);
}
