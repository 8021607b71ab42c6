import type { Call } from "../../contracts/ports/index.ts";
import { withoutEffort } from "../../plugin/without-effort.ts";
import type { AskedMember, CallContext } from "./context.ts";

/** Rest of a pool for a request of which one call has failed. */
export interface LeftOfPool {
  /** True if another permitted member may be called at once. */
  readonly elsewhere: boolean;
  /** Milliseconds until a permitted member may be called. */
  readonly holdMs: number;
  readonly maxWaitMs: number;
}

/**
 * Returns what is left, for a hop, of the pool that a call went to; undefined if its model is not a pool. `outgrown`: the window that
 * the request has exceeded. Members that are known to have no larger one get no turn.
 */
export function leftOfPool(
  execution: CallContext,
  call: Call,
  hop: "retry" | "hedge" = "retry",
  outgrown?: number,
): LeftOfPool | undefined {
  const pool = execution.poolOf?.(call.model);
  if (pool === undefined) return undefined;
  const { admission, clock } = execution.ports;
  const asked = ({ member: { key, facts } }: AskedMember) => ({
    ...call,
    hop,
    name: key,
    endpoint: withoutEffort(key, facts),
  });
  const permitted = pool.ask(hop, clock.wall()).filter((one) => one.permitted === true);
  if (outgrown !== undefined) {
    const small = permitted.filter(
      ({ candidate }) => (candidate.facts.contextWindow ?? Infinity) <= outgrown,
    );
    const keys = [...small.map(({ member }) => member.key), ...(execution.called?.get(call.model) ?? [])];
    execution.called?.set(call.model, keys);
  }
  const called = execution.called?.get(call.model);
  const elsewhere = permitted.some(
    (one) => called?.includes(one.member.key) !== true && admission.ask(asked(one), 0) === true,
  );
  const holds = permitted.map((one) => admission.holdMs(asked(one)));
  const holdMs = holds.length === 0 ? admission.holdMs(call) : Math.min(...holds);
  return { elsewhere, holdMs, maxWaitMs: pool.rules?.maxWaitMs ?? 0 };
}
