import type { Price } from "../price.ts";

/** Measurement of a machine by the calls of this process. Tokens are weighted: see `OwnGpu.outputWeight`. */
export interface GpuMeasure {
  /** Seconds of the window: an hour, or the time since the first call. */
  readonly seconds: number;
  /** Tokens of the window, those of calls under way by the speed of ended ones, and calls that ended in it. */
  readonly tokens: number;
  readonly calls: number;
  /** Highest throughput in tokens per second of busy time, and the fewest calls under way that reached 95 % of it. */
  readonly peakTokensPerSecond?: number | undefined;
  readonly peakCalls?: number | undefined;
  /** Weighted tokens in a second of the engine's own time, over about the last 100 calls. Absent: it states no times. */
  readonly tokensPerEngineSecond?: number | undefined;
  /** Calls under way, at least 0. */
  readonly inFlight: number;
}

/** Own GPUs that a call goes to. */
export interface CalledGpu {
  /** Address of the machine, by which it is measured. */
  readonly machine: string;
  readonly outputWeight: number;
  readonly inBudgets: boolean;
  /** Price of the call, that of its start. Absent: not known yet. */
  readonly price?: Price | undefined;
  /** See `GpuCost`; that of its start. */
  readonly usdPerEngineSecond?: number | undefined;
  /** The most that was reserved for the call. Absent: nothing bounds its cost. */
  readonly mostUsd?: number | undefined;
}
