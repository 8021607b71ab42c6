import { createHash } from "node:crypto";
import type { Model } from "../../../src/contracts/index.ts";
import type { FilledOptions, OptionTable } from "../../../src/plugin/index.ts";

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

export const judgeCallOptions: OptionTable<JudgeCallOptions> = {
  model: { is: "object", methods: ["generate"], named: ["name"] },
  maxOutputTokens: { is: "number", min: 1, max: 32_000, integer: true, default: 1_000 },
  maxCharacters: { is: "number", min: 100, max: 1_000_000, integer: true, default: 20_000 },
  timeoutMs: { is: "number", min: 1, max: 3_600_000, integer: true, default: 120_000 },
  maxRetries: { is: "number", min: 0, max: 20, integer: true, default: 3 },
  retryDelayMs: { is: "number", min: 0, max: 60_000, integer: true, default: 1_000 },
};

export type JudgeLimits = Omit<FilledOptions<JudgeCallOptions>, "model">;

/** Version that distinguishes judges of different wording: `provider:model@hash`. */
export function judgeVersion(model: Model, instructions: string): string {
  return `${model.name}@${createHash("sha256").update(instructions).digest("hex").slice(0, 8)}`;
}
