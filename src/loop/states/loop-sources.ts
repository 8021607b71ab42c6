import type { OptionTable } from "../../plugin/index.ts";
import type { FrameDrift } from "./loop-frame.ts";

/** A promise, as far as its state is shown: `createPromise` makes one. */
export interface ShownPromise {
  readonly name: string;
  report(): {
    readonly state: string;
    readonly maxLoss: number;
    readonly meanLoss?: number | undefined;
    readonly upperBound?: number | undefined;
    readonly confidence?: number | undefined;
    readonly records?: number | undefined;
  };
}

interface ShownPoint {
  readonly pairs: number;
  readonly difference: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  readonly harm: number;
  readonly safe: number;
}

/** State of a rollout, as far as it is shown. */
export interface ShownRolloutStatus {
  readonly id: string;
  readonly unit: string;
  readonly confidence: number;
  readonly stages: readonly {
    readonly shadow?: boolean | undefined;
    readonly share?: number | undefined;
  }[];
  readonly state: string;
  readonly stage: number;
  readonly since: string;
  readonly share: number;
  readonly controlShare: number;
  readonly verdict: { readonly verdict: string; readonly reason: string };
  readonly units: { readonly control: number; readonly candidate: number };
  readonly guards: readonly (ShownPoint & {
    readonly name: string;
    readonly kind: string;
    readonly unit: string;
    readonly margin: number;
    readonly marginOf: string;
    readonly control?: number | undefined;
    readonly alarmAt: number;
    readonly safeAt: number;
    readonly points: readonly ShownPoint[];
  })[];
}

/** A rollout, as far as its state is shown: `createRollout` makes one. */
export interface ShownRollout {
  status(): ShownRolloutStatus | Promise<ShownRolloutStatus>;
}

/** A drift monitor, as far as its state is shown: `createDriftMonitor` makes one. */
export interface ShownDrift {
  status(): FrameDrift;
}

/** Promises, rollouts and the drift monitor of a router. */
export interface LoopSources {
  /** Promises, at most 20. Default none. */
  readonly promises?: readonly ShownPromise[] | undefined;
  /** Rollouts, at most 20. Default none. */
  readonly rollouts?: readonly ShownRollout[] | undefined;
  /** Drift monitor. Default none. */
  readonly drift?: ShownDrift | undefined;
}

const sources = { is: "list", max: 20, expected: "a list of at most 20", optional: true } as const;

export const loopSourceOptions: OptionTable<LoopSources, keyof LoopSources> = {
  promises: { ...sources, of: { is: "object", methods: ["report"] } },
  rollouts: { ...sources, of: { is: "object", methods: ["status"] } },
  drift: { is: "object", methods: ["status"], optional: true },
};
