import type { Choice, Policy } from "../src/contracts/index.ts";
import { describePolicy, type OptionTable, readOptions } from "../src/plugin/index.ts";
import { checkPolicy } from "./internal/check-policy.ts";
import { isPermitted } from "./internal/is-permitted.ts";
import { mapChoices } from "./internal/lottery.ts";

/** Options of `spillOver`. */
export interface SpillOverOptions<Id extends string> {
  /** Pool that may be busy. */
  readonly from: NoInfer<Id>;
  /** Model that gets its requests meanwhile. */
  readonly to: Id;
  /** Expected wait in milliseconds, at least 0, above which the pool counts as busy. */
  readonly above: { readonly waitMs: number };
}

export const spillOverOptions: OptionTable<SpillOverOptions<string>> = {
  from: { is: "text" },
  to: { is: "text" },
  above: { is: "table", of: { waitMs: { is: "number", min: 0 } } },
};

/**
 * Follows a policy, and sends to another model what the policy chose a pool for while the pool is busy: while the expected
 * wait at each of its members is above `waitMs`. A wait that is not known is not above it. Where the other model is not
 * permitted, the request waits for the pool.
 */
export function spillOver<const Id extends string>(
  options: SpillOverOptions<Id>,
  policy: Policy<Id>,
): Policy<Id> {
  const read = readOptions("spillOver", spillOverOptions, options);
  const { from, to } = read;
  const { waitMs } = read.above;
  checkPolicy("spillOver.policy", policy);

  return {
    name: "spillOver",
    parameters: { from, to, waitMs, policy: describePolicy(policy) },
    models: [...new Set([from, to, ...(policy.models ?? [])])],
    reads: policy.reads,
    inner: [policy],
    select(context) {
      const opinion = policy.select(context);
      const expectedMs = context.candidates.find(({ id }) => id === from)?.load?.expectedWaitMs;
      if (expectedMs === undefined || expectedMs <= waitMs || !isPermitted(context.candidates, to))
        return opinion;
      return mapChoices(opinion, (choice) =>
        choice.model === from ? spilled(choice, read, expectedMs) : choice,
      );
    },
  };
}

function spilled<Id extends string>(
  { expectedCostUsd: _, ...choice }: Choice<Id>,
  { from, to, above }: SpillOverOptions<Id>,
  expectedMs: number,
): Choice<Id> {
  const reason = `pool busy: about ${Math.round(expectedMs)} ms to wait for ${from}, more than ${above.waitMs} ms`;
  return { ...choice, model: to, reason };
}
