import { type GuardedOptions, guarded, threshold } from "../../../policies/index.ts";
import type {
  Decision,
  EscalationEvent,
  Json,
  PolicyInputState,
  RouterEvent,
} from "../../../src/contracts/index.ts";
import { factsOf } from "../../../src/testing/index.ts";

/** The state of a guard without a router, for millions of requests. */
export interface Watched {
  readonly state: PolicyInputState;
  readonly told: EscalationEvent[];
  /** Time on both clocks. */
  readonly time: { now: number; wall: number };
  /** Tells the guard of a decision. */
  decide(tenant: string | undefined, isLarge: boolean): void;
  snapshot(tenant: string | undefined): Json;
  isCapped(tenant: string | undefined): boolean;
}

export function watched(options: GuardedOptions<"small" | "large"> = {}): Watched {
  const policy = guarded(threshold({ small: "small", large: "large", at: 0.5 }), options);
  const told: EscalationEvent[] = [];
  const time = { now: 0, wall: Date.UTC(2026, 0, 1) };
  const [input] = policy.reads ?? [];
  if (input === undefined) throw new Error("guarded() reads nothing");
  const state = input.create({
    classifier: "sample@1",
    now: () => time.wall + time.now,
    monotonic: () => time.now,
    emit: (event) => told.push(event),
  });
  const snapshot = (tenant: string | undefined) => state.snapshot(factsOf({ tenant }));
  return {
    state,
    told,
    time,
    decide: (tenant, isLarge) => state.observe?.(decisionMade(tenant, isLarge)),
    snapshot,
    isCapped: (tenant) => (snapshot(tenant) as { readonly capped: boolean }).capped,
  };
}

const candidates = [
  { model: "small", permitted: true },
  { model: "large", permitted: true },
] as const;

/** A decision as far as a guard reads it. */
function decisionMade(tenant: string | undefined, isLarge: boolean): RouterEvent {
  const model = isLarge ? "large" : "small";
  const decision = { model, plan: [{ model }], candidates, forced: false, request: { tenant, labels: {} } };
  return { type: "decision-made", decision: decision as unknown as Decision };
}
