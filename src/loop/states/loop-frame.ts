/** States of the loop as a log writes and a page shows them: plain JSON, and nothing of prompts, answers or tenants. */
export interface LoopStates {
  /** Absent: there is no source. */
  readonly promises?: readonly FramePromise[] | undefined;
  readonly rollouts?: readonly FrameRollout[] | undefined;
  readonly drift?: FrameDrift | undefined;
}

export interface FramePromise {
  readonly name: string;
  readonly state: string;
  readonly maxLoss: number;
  readonly meanLoss?: number | undefined;
  readonly upperBound?: number | undefined;
  readonly confidence?: number | undefined;
  readonly records?: number | undefined;
  /** Number of processes of which this is the worst, where they differ. */
  readonly processes?: number | undefined;
}

export interface FrameGuard {
  readonly name: string;
  readonly kind: string;
  readonly unit: string;
  readonly margin: number;
  readonly marginOf: string;
  readonly control?: number | undefined;
  readonly pairs: number;
  readonly difference: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  readonly harm: number;
  readonly safe: number;
  readonly alarmAt: number;
  readonly safeAt: number;
  /** `[pairs, difference, low, high, harm, safe]`, the oldest first. */
  readonly points: readonly (readonly (number | null)[])[];
}

export interface FrameRollout {
  readonly id: string;
  readonly state: string;
  readonly unit: string;
  readonly stage: number;
  /** Share of each stage; null for a shadow stage. */
  readonly stages: readonly (number | null)[];
  readonly share: number;
  /** Absent, as confidence and units: known by an event of a log alone. */
  readonly controlShare?: number | undefined;
  readonly confidence?: number | undefined;
  readonly since: string;
  readonly verdict: string;
  readonly reason: string;
  readonly units?: { readonly control: number; readonly candidate: number } | undefined;
  readonly guards: readonly FrameGuard[];
}

export interface FrameDrift {
  readonly windows: number;
  readonly requests: number;
  readonly windowRequests: number;
  readonly findings: readonly {
    readonly of: string;
    readonly verdict: string;
    readonly statistic: string;
    readonly value: number;
    readonly bound: number;
    readonly reason: string;
  }[];
  readonly alarms: readonly { readonly of: string; readonly reason: string }[];
}
