import { Option } from "commander";
import { numberOption } from "../number-option.ts";

/** Option `--bootstrap`: the number of resamples for the intervals. */
export function bootstrapOption(intervals = "95 % intervals"): Option {
  return new Option("--bootstrap <count>", `resamples for the ${intervals}`).default("1000");
}

/** Option `--seed`. `draws` describes what it is used for. */
export function seedOption(draws: string): Option {
  return new Option("--seed <number>", draws).default("1");
}

/** Parses `--seed`. Throws `InvalidOptionError`. */
export function seedOf(text: string): number {
  return numberOption("--seed", text, 0, 0xffff_ffff);
}

/** Parses `--bootstrap` and `--seed`. Throws `InvalidOptionError`. */
export function intervalsOf({ bootstrap, seed }: { readonly bootstrap: string; readonly seed: string }): {
  readonly resamples: number;
  readonly seed: number;
} {
  return { resamples: numberOption("--bootstrap", bootstrap, 1, 1_000_000), seed: seedOf(seed) };
}
