import { type CapLift, InvalidOptionError, type LiftedCap } from "../../contracts/index.ts";
import type { OpenShared, OwnGuards } from "../../contracts/ports/index.ts";
import { type OptionTable, readOptions } from "../../plugin/index.ts";

export interface LiftParts {
  readonly guards: OwnGuards;
  /** Absent: the router shares nothing. */
  readonly opened: Pick<OpenShared, "load" | "lift"> | undefined;
  /** Returns milliseconds since the epoch. */
  readonly now: () => number;
}

export const liftOptions: OptionTable<CapLift, "guard" | "tenant" | "owner"> = {
  guard: { is: "text", optional: true },
  tenant: { is: "text", optional: true },
  owner: { is: "text", optional: true },
  together: { is: "boolean", default: false },
  forMs: { is: "number", min: 1_000, max: 2_678_400_000, default: 86_400_000 },
};

/** Lifts the cap of a unit here, and tells the other processes. Rejects as `router.liftCap` does. */
export async function liftCap({ guards, opened, now }: LiftParts, given: CapLift): Promise<LiftedCap> {
  const {
    guard = onlyOf(guards),
    tenant,
    owner,
    together,
    forMs,
  } = readOptions("liftCap", liftOptions, given);
  const names = guards.names();
  if (!names.includes(guard))
    throw new InvalidOptionError(
      "liftCap.guard",
      guard,
      names.length === 0 ? "absent: the policy of this router has no guard" : `one of ${names.join(", ")}`,
    );
  if (together && (tenant !== undefined || owner !== undefined))
    throw new InvalidOptionError("liftCap.together", together, "absent next to a tenant or an owner");
  const lift = { guard, tenant, owner, together, until: now() + forMs };
  const wasCapped = guards.lift(lift);
  await opened?.load();
  await opened?.lift(lift);
  return { ...lift, wasCapped };
}

function onlyOf(guards: OwnGuards): string {
  const [only, ...others] = guards.names();
  if (only === undefined || others.length > 0)
    throw new InvalidOptionError(
      "liftCap.guard",
      undefined,
      only === undefined
        ? "a guard: the policy of this router has none"
        : `one of ${[only, ...others].join(", ")}`,
    );
  return only;
}
