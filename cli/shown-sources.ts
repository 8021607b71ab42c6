import type {
  DashboardOptions,
  ShownDrift,
  ShownHoldOut,
  ShownPromise,
  ShownRollout,
} from "../src/serve/status/index.ts";

/**
 * Returns what a config exports for its dashboard: `holdOut`, `promise`, `promises`, `rollout`, `rollouts`, `drift`. What
 * has not the method that is read is left out: other commands may use the name otherwise.
 */
export function shownSources(
  exported: ReadonlyMap<string, unknown>,
): Pick<DashboardOptions, "holdOut" | "promises" | "rollouts" | "drift"> {
  const all = <T>(method: string, ...names: readonly string[]): readonly T[] =>
    names
      .flatMap((name): unknown[] => {
        const found = exported.get(name);
        return Array.isArray(found) ? found : [found];
      })
      .filter(
        (one) =>
          typeof (one as Readonly<Record<string, unknown>> | null | undefined)?.[method] === "function",
      )
      .slice(0, 20) as T[];
  const [holdOut] = all<ShownHoldOut>("saving", "holdOut");
  const [drift] = all<ShownDrift>("status", "drift");
  return {
    holdOut,
    drift,
    promises: all<ShownPromise>("report", "promise", "promises"),
    rollouts: all<ShownRollout>("status", "rollout", "rollouts"),
  };
}
