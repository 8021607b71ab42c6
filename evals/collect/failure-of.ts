import { isRouterError, type ProviderErrorKind } from "../../src/contracts/index.ts";

/** Failed call and its consequence. */
export interface Failure {
  /** Kind of the provider's failure, else the error's code. */
  readonly error: string;
  /**
   * Consequence. `counts`: the model cannot answer this request: an outcome of quality 0. `later`: it says
   * nothing about the model: the next run calls again. `fatal`: other calls would fail as well, until the
   * cause is fixed.
   */
  readonly verdict: "counts" | "later" | "fatal";
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
}

const counting: ReadonlySet<ProviderErrorKind> = new Set([
  "content-filter",
  "context-overflow",
  "too-large",
  "invalid-request",
  "unsupported",
]);
const fatal: ReadonlySet<ProviderErrorKind> = new Set(["authentication", "permission", "not-found"]);

export function failureOf(error: unknown): Failure {
  if (!isRouterError(error)) return { error: "unknown", verdict: "later", retryable: false };
  if (!isRouterError(error, "provider")) return { error: error.code, verdict: "fatal", retryable: false };
  const { kind, retryable, retryAfterMs } = error;
  // A quota that is used up: waiting does not restore it.
  const spent = kind === "rate-limit" && !retryable;
  const verdict = fatal.has(kind) || spent ? "fatal" : counting.has(kind) ? "counts" : "later";
  return { error: kind, verdict, retryable, retryAfterMs };
}
