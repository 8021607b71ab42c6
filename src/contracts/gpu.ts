/** GPUs that are paid by the hour, whatever they do. What a token costs follows from what they are measured to do. */
export interface OwnGpu {
  /** US dollars for an hour of one GPU, above 0. */
  readonly usdPerHour: number;
  /** GPUs behind the model's address, above 0. Default 1. */
  readonly count?: number | undefined;
  /**
   * `average`: what the GPUs cost in the last hour, divided by its tokens, idle time included. `marginal`: what one more
   * call takes away from others, near zero on idle GPUs and rising with the calls under way. Default `average`.
   */
  readonly cost?: "average" | "marginal" | undefined;
  /** True if budgets and other bounds count the cost. Default false: the GPUs are paid anyway. */
  readonly inBudgets?: boolean | undefined;
  /** Cost of an output token as a multiple of an input token's, in [1, 100]. Default 4. */
  readonly outputWeight?: number | undefined;
  /**
   * Output tokens per second of all GPUs together at full load, from a benchmark of yours: the cost before anything is
   * measured, and what counts as full. Required with `inBudgets`. Default: the most that was measured.
   */
  readonly fullOutputTokensPerSecond?: number | undefined;
}

/** Cost of a token on own GPUs right now. Rates are absent while nothing is measured or stated: they are not known. */
export interface GpuCost {
  readonly cost: "average" | "marginal";
  readonly inBudgets: boolean;
  /** `stated`: by `fullOutputTokensPerSecond`, since too little was measured. */
  readonly basis?: "measured" | "stated" | undefined;
  readonly usdPerMillionInputTokens?: number | undefined;
  readonly usdPerMillionCachedInputTokens?: number | undefined;
  readonly usdPerMillionOutputTokens?: number | undefined;
  /** Cost of a second in which the engine works on a call, by the times that it states. Absent: it has stated none. */
  readonly usdPerEngineSecond?: number | undefined;
  /** Tokens of the last hour as a share of what the GPUs would do at full load, in [0, 1]. */
  readonly utilisation?: number | undefined;
  /** Reason why the cost is not known. */
  readonly unknown?: string | undefined;
}

/** One minute of a machine, in a state that is exported. */
export interface GpuMinute {
  /** Start in milliseconds since the epoch. */
  readonly at: number;
  /** Tokens, weighted: see `OwnGpu.outputWeight`. */
  readonly tokens: number;
  /** Milliseconds in which calls were under way, and the sum of the times of these calls. */
  readonly busyMs: number;
  readonly callMs: number;
  /** Part of `callMs` of calls that have ended, whose tokens are known. */
  readonly endedMs: number;
  /** Calls that ended. */
  readonly calls: number;
}

/** Measurements of all machines, as plain JSON. */
export interface GpuMeterState {
  readonly formatVersion: 1;
  readonly machines: readonly {
    /** Address of the machine, or name of the model. */
    readonly machine: string;
    /** Time of the first call in milliseconds since the epoch. */
    readonly since: number;
    /** Highest throughput, in weighted tokens per second, and the calls under way with it. Absent: none yet. */
    readonly peakTokensPerSecond?: number | undefined;
    readonly peakCalls?: number | undefined;
    /** Minutes of the last hour, oldest first. */
    readonly minutes: readonly GpuMinute[];
  }[];
}
