import { otherPart } from "../../evals/data/split/record-keys.ts";
import type { RecordText } from "../../evals/replay/request-of-record.ts";
import { fitSufficient } from "../../evals/tune/fit-sufficient.ts";
import type { TuningFile } from "../../evals/tune/tuning-file.ts";
import { WAYS, type Way } from "../../evals/tune/ways/way.ts";
import type { SufficientFile } from "../../policies/checks/sufficient.ts";
import { InvalidOptionError, isRouterError, type SplitRecord } from "../../src/contracts/index.ts";
import type { Io } from "../io.ts";
import type { Pair } from "./pair.ts";
import { readPart } from "./part.ts";

/** Options of `eval tune` that the comparison of ways reads. */
export interface WaysOptions extends Pair {
  readonly outcomes: string;
  readonly maxLoss?: string | undefined;
  readonly largeShare?: string | undefined;
  readonly budget?: string | undefined;
  readonly byCategory: boolean;
  readonly gridFrom?: string | undefined;
  readonly ways?: readonly string[] | undefined;
  readonly with?: string | undefined;
  readonly prefer?: string | undefined;
  readonly namedCategories: boolean;
}

/** Ways to compare; undefined if one threshold is tuned, as usual. Throws `InvalidOptionError`. */
export function waysOf({
  ways,
  with: other,
  prefer,
  namedCategories,
  byCategory,
  gridFrom,
  largeShare,
  budget,
}: WaysOptions):
  | { readonly ways?: readonly Way[] | undefined; readonly prefer: "cost" | "latency" }
  | undefined {
  const beside = { "--with": other, "--prefer": prefer, "--named-categories": namedCategories || undefined };
  if (ways === undefined) {
    for (const [option, value] of Object.entries(beside))
      if (value !== undefined) throw new InvalidOptionError(option, value, "absent without --ways");
    return undefined;
  }
  const excluded = {
    "--by-category": byCategory || undefined,
    "--grid-from": gridFrom,
    "--large-share": largeShare,
    "--budget": budget,
  };
  for (const [option, value] of Object.entries(excluded))
    if (value !== undefined) throw new InvalidOptionError(option, value, "absent together with --ways");
  if (prefer !== undefined && prefer !== "cost" && prefer !== "latency")
    throw new InvalidOptionError("--prefer", prefer, "cost or latency");
  for (const way of ways)
    if (way !== "all" && !WAYS.some((one) => one === way))
      throw new InvalidOptionError("--ways", way, `${WAYS.join(", ")}, or all`);
  const all = ways.includes("all");
  return { ways: all ? undefined : (ways as readonly Way[]), prefer: prefer ?? "cost" };
}

/** Fits the check for `sufficient` on the part of the records that is not tuned on. */
export async function checkFor(
  ways: readonly Way[] | undefined,
  { outcomes, small, large, namedCategories, maxLoss = "0.02" }: WaysOptions,
  { text, split, seed }: { text: RecordText; split: SplitRecord | undefined; seed: number },
  terminal: Pick<Io, "stderr">,
): Promise<SufficientFile | undefined> {
  if (ways !== undefined && !ways.includes("sufficient")) return undefined;
  if (split === undefined) {
    if (ways === undefined) return undefined;
    throw new InvalidOptionError(
      "--ways",
      "sufficient",
      "given with --part tune: the other part of the records fits the check",
    );
  }
  const part = otherPart(split);
  const { seed: splitSeed, share, groupBy } = split;
  const read = await readPart(
    outcomes,
    { part, splitSeed: String(splitSeed), splitShare: String(share), splitBy: groupBy },
    terminal,
  );
  const options = { small, large, text, categories: namedCategories, seed, maxLoss: Number(maxLoss) };
  try {
    return await fitSufficient(read.records, options);
  } catch (error) {
    // Among all ways this one is left out.
    if (ways !== undefined || !isRouterError(error, "invalid-option")) throw error;
    return undefined;
  }
}

/** Says what the records lack, since cascades then escalate. */
export function noteLacking({ ways, small }: TuningFile, { stderr }: Pick<Io, "stderr">): void {
  for (const [field, count] of Object.entries(ways?.lacking ?? {}))
    if (count > 0)
      stderr(`${count} records have no ${field} of ${small}: a cascade that reads it escalates there\n`);
}
