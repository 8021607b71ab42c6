import { isRouterError, type Router } from "../src/contracts/index.ts";
import { oneLine } from "./show-error.ts";

/** Result of one real call of a model. */
export interface CallReport {
  readonly answered: boolean;
  readonly latencyMs?: number | undefined;
  /** Absent: the price is not known. */
  readonly costUsd?: number | undefined;
  /** Model that answered, if it is another one than was asked. */
  readonly substitutedBy?: string | undefined;
  /** Reason why the cost is not known although the model has a price. */
  readonly unpriced?: string | undefined;
  readonly problem?: string | undefined;
}

/** Prompt of a call, and its output limit in tokens: enough for the reasoning that some models begin with. */
const prompt = "Reply with the word OK.";
const outputLimit = 256;

/**
 * Sends one short prompt to a model, through the router's constraints and budget, without retries. Never
 * rejects.
 */
export async function callModel(router: Router, id: string, timeoutMs: number): Promise<CallReport> {
  try {
    const { latencyMs, costUsd, attempts } = await router.route(
      {
        model: id,
        fallback: false,
        messages: [{ role: "user", content: prompt }],
        max_completion_tokens: outputLimit,
        deadlineMs: timeoutMs,
      },
      { signal: AbortSignal.timeout(2 * timeoutMs) },
    );
    const { substituted, servedModel, unpriced } = attempts.at(-1) ?? {};
    return {
      answered: true,
      latencyMs,
      costUsd,
      ...(substituted !== undefined && { substitutedBy: servedModel }),
      ...(unpriced !== undefined && { unpriced }),
    };
  } catch (error) {
    return { answered: false, problem: `a call failed: ${oneLine(problemOf(error, timeoutMs))}` };
  }
}

function problemOf(error: unknown, timeoutMs: number): string {
  const inner = isRouterError(error, "all-models-failed") && isRouterError(error.cause) ? error.cause : error;
  if (isRouterError(inner)) return inner.message;
  return `no answer within ${timeoutMs / 1_000} s`;
}
