import type { Attempt } from "../decision.ts";
import { RouterError } from "./router-error.ts";

/** Thrown when all models of the plan and all permitted fallbacks have failed. */
export class AllModelsFailedError extends RouterError {
  readonly attempts: readonly Attempt[];
  /** Milliseconds after which the first of the models may be called again, as providers said. Absent: not known. */
  readonly retryAfterMs: number | undefined;

  /** `passedOver` has the models that a limit kept from being called, each with the reason. */
  constructor(
    attempts: readonly Attempt[],
    options?: ErrorOptions,
    passedOver: Readonly<Record<string, string>> = {},
    passedOverMs?: number,
  ) {
    const list = describeFailures(attempts);
    for (const [id, reason] of Object.entries(passedOver)) list.push(`${id}: passed over, ${reason}`);
    super("all-models-failed", `all models failed (${list.join("; ")})`, options);
    this.attempts = attempts;
    const waits = attempts.map(({ error }) => error?.retryAfterMs);
    this.retryAfterMs = shortest([...waits, passedOverMs]);
  }

  static {
    AllModelsFailedError.prototype.name = "AllModelsFailedError";
  }
}

function shortest(waits: readonly (number | undefined)[]): number | undefined {
  const known = waits.filter((ms) => ms !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Describes each model in one line: how often it was called, and how its last call failed. */
function describeFailures(attempts: readonly Attempt[]): string[] {
  const byModel = new Map<string, Attempt[]>();
  for (const attempt of attempts) {
    const others = byModel.get(attempt.model);
    if (others === undefined) byModel.set(attempt.model, [attempt]);
    else others.push(attempt);
  }
  return [...byModel].map(([model, calls]) => {
    const times = calls.length === 1 ? "" : `, ${calls.length} attempts`;
    return `${model}${times}: ${calls.at(-1)?.error?.message ?? "ok"}`;
  });
}
