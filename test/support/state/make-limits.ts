import type { LimitOptions } from "../../../src/contracts/index.ts";
import { createLimits, type LimitPass } from "../../../src/router/limits/limits.ts";

const models = { small: { name: "p:small" }, large: { name: "p:large" } };

/** Creates limits of two models with a clock that the test moves, and the usual steps. */
export function makeLimits(options: LimitOptions) {
  const time = { now: 1_000_000 };
  const limits = createLimits(options, { models, clock: () => time.now });
  const call = (tokens = 100, tenant?: string, name = "p:small") => ({ name, tenant, tokens });
  const enter = (given = call()): LimitPass | string => {
    const pass = limits.enter(given, 0);
    if (typeof pass !== "string") pass.begin();
    return pass;
  };
  /** Begins calls until one is refused, and returns how many began. */
  const count = (given = call(), most = 1_000) => {
    let begun = 0;
    while (begun < most && typeof enter(given) !== "string") begun += 1;
    return begun;
  };
  return { limits, time, call, enter, count };
}

/** Attempt that met a rate limit. */
export const limited = { error: { code: "provider", message: "", kind: "rate-limit" } };

/** Returns the pass. Throws if the call was refused. */
export function passed(entered: LimitPass | string): LimitPass {
  if (typeof entered === "string") throw new Error(entered);
  return entered;
}
