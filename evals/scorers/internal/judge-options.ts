import { createHash } from "node:crypto";
import type { Model } from "../../../src/contracts/index.ts";
import { checkKeys, checkMethods, checkNumber, checkText } from "../../../src/plugin/index.ts";

export interface JudgeCallOptions {
  /** Model of the judge. Use another one than those that are judged: models favour their own answers. */
  readonly model: Model;
  /**
   * Most output tokens of each verdict, reasons included; more for a model that thinks first. Default 1,000.
   */
  readonly maxOutputTokens?: number | undefined;
  /**
   * Most characters of each text that the judge is shown; a longer one is cut in the middle. Default 20,000.
   */
  readonly maxCharacters?: number | undefined;
  /** Longest call, in milliseconds. Default 120,000. */
  readonly timeoutMs?: number | undefined;
  /**
   * Number of further tries of a call that failed and may succeed later (rate limit, overload). Default 3.
   */
  readonly maxRetries?: number | undefined;
  /**
   * Wait before the first further try, in milliseconds, doubled each time; the provider's own figure takes
   * precedence. Default 1,000.
   */
  readonly retryDelayMs?: number | undefined;
}

export type JudgeLimits = Readonly<Required<{ [K in Exclude<keyof JudgeCallOptions, "model">]: number }>>;

const ranges = {
  maxOutputTokens: [1_000, 1, 32_000],
  maxCharacters: [20_000, 100, 1_000_000],
  timeoutMs: [120_000, 1, 3_600_000],
  maxRetries: [3, 0, 20],
  retryDelayMs: [1_000, 0, 60_000],
} as const satisfies Record<keyof JudgeLimits, readonly [preset: number, min: number, max: number]>;

/** Checks the options that all judges have. `own` are the additional options of this judge. */
export function judgeLimits(owner: string, options: JudgeCallOptions, own: readonly string[]): JudgeLimits {
  checkKeys(owner, options, ["model", ...Object.keys(ranges), ...own]);
  checkMethods(`${owner}.model`, options.model, ["generate"]);
  checkText(`${owner}.model.name`, options.model.name);
  const limit = (option: keyof JudgeLimits): number => {
    const [preset, min, max] = ranges[option];
    return checkNumber(`${owner}.${option}`, options[option] ?? preset, { min, max, integer: true });
  };
  return {
    maxOutputTokens: limit("maxOutputTokens"),
    maxCharacters: limit("maxCharacters"),
    timeoutMs: limit("timeoutMs"),
    maxRetries: limit("maxRetries"),
    retryDelayMs: limit("retryDelayMs"),
  };
}

/** Version that distinguishes judges of different wording: `provider:model@hash`. */
export function judgeVersion(model: Model, instructions: string): string {
  return `${model.name}@${createHash("sha256").update(instructions).digest("hex").slice(0, 8)}`;
}
