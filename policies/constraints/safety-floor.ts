import type { Constraint, RequestFacts } from "../../src/contracts/index.ts";
import { dropPromises, type OptionTable, readOptions } from "../../src/plugin/index.ts";
import { isNamed } from "../../src/plugin/is-named.ts";
import { withAllText } from "./internal/with-all-text.ts";

export interface SafetyFloorOptions<Id extends string> {
  /**
   * Returns true if a request is risky; called for each forbidden model at each hop. Anything but
   * `false` counts as risky, an error too. Where the request has more text than `ask`, it is called a second
   * time with all of it as `ask` (see `RequestText`), and the request is risky if either is.
   */
  readonly when: (request: RequestFacts) => boolean;
  /**
   * The models that risky requests must not reach: usually the small ones, which are easier to mislead. The base of efforts,
   * `small` of `small@low`, stands for all of them.
   */
  readonly forbid: readonly Id[];
}

export const safetyFloorOptions: OptionTable<SafetyFloorOptions<string>> = {
  when: { is: "function" },
  forbid: { is: "ids" },
};

/** Keeps risky requests away from the forbidden models, whatever id or name they have. */
export function safetyFloor<const Id extends string>(options: SafetyFloorOptions<Id>): Constraint<Id> {
  const { when, forbid } = readOptions("safetyFloor", safetyFloorOptions, options);
  const forbidden: ReadonlySet<string> = new Set(forbid);
  const isSafeIn = (request: RequestFacts): boolean => {
    const risky: unknown = when(request);
    if (risky === false) return true;
    dropPromises(risky);
    return false;
  };
  const isSafe = (request: RequestFacts): boolean => {
    if (!isSafeIn(request)) return false;
    const whole = withAllText(request);
    return whole === undefined || isSafeIn(whole);
  };

  return {
    name: "safetyFloor",
    models: [...forbid],
    permits: (candidate, { request }) =>
      !isNamed(candidate, forbidden) || isSafe(request) || "below the safety floor of this request",
  };
}
