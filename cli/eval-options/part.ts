import type { Command } from "commander";
import type { OutcomeRecord } from "../../evals/data/outcomes/outcome-record.ts";
import { readOutcomes } from "../../evals/data/outcomes/read-outcomes.ts";
import { otherPart } from "../../evals/data/split/record-keys.ts";
import { checkGroupBy, splitOutcomes } from "../../evals/data/split/split-outcomes.ts";
import { UNIT_FIELDS } from "../../evals/data/split/units.ts";
import {
  InvalidOptionError,
  type RecordKeys,
  type SplitRecord,
  type UnitField,
} from "../../src/contracts/index.ts";
import type { Io } from "../io.ts";
import { numberOption } from "../number-option.ts";

export type Part = "fit" | "tune" | "all";

/** Parsed options of `addPartOptions`. */
export interface PartOptions {
  readonly part?: string | undefined;
  readonly splitSeed?: string | undefined;
  readonly splitShare?: string | undefined;
  readonly splitBy?: readonly string[] | undefined;
}

/** Adds `--part`, `--split-seed`, `--split-share` and `--split-by`, which `readPart` uses. */
export function addPartOptions(command: Command, whenAbsent = "all"): Command {
  return command
    .option(
      "--part <part>",
      `part of the records: fit (to train on), tune (to tune on) or all (default: ${whenAbsent})`,
    )
    .option(
      "--split-seed <number>",
      "seed of the split into fit and tune (default: the classifier file's, or 1)",
    )
    .option("--split-share <number>", "share of the records that goes to fit (default: 0.5)")
    .option("--split-by <fields...>", `fields that are never split (default: ${UNIT_FIELDS.join(" ")})`);
}

export interface ReadPartSettings {
  /** Keys of the classifier file, if there is one: its split is used for options that are absent. */
  readonly keys?: RecordKeys | undefined;
  /**
   * Part if `--part` is absent. Default `all`. `other`: the part that the classifier file was not trained on,
   * if it was trained on one, else `all`.
   */
  readonly whenAbsent?: Part | "other" | undefined;
}

export interface ReadPart {
  /** Records: `all` is streamed; a part is in memory, since a split needs all records. */
  readonly records: AsyncIterable<OutcomeRecord> | readonly OutcomeRecord[];
  readonly part: Part;
  /** Split to be stored with the results for the part. Absent for `all`. */
  readonly split?: SplitRecord | undefined;
}

/**
 * Reads the records of an outcome file that a command uses. The same records, seed, share and fields always
 * give the same split, so two commands for different parts never share a record. Notices go to stderr. Throws
 * `InvalidOptionError`, `OutcomeFormatError`.
 */
export async function readPart(
  path: string,
  options: PartOptions,
  io: Pick<Io, "stderr">,
  { keys, whenAbsent = "all" }: ReadPartSettings = {},
): Promise<ReadPart> {
  const known = keys?.split;
  const part = partOf(options.part, whenAbsent === "other" ? otherThan(known) : whenAbsent);
  const { splitSeed, splitShare, splitBy } = options;
  const seed = splitSeed === undefined ? undefined : numberOption("--split-seed", splitSeed, 0, 0xffff_ffff);
  const share = splitShare === undefined ? undefined : numberOption("--split-share", splitShare, 0.01, 0.99);
  if (splitBy !== undefined) checkGroupBy("--split-by", splitBy);
  if (part === "all") return { records: readOutcomes(path), part };

  const split = {
    seed: seed ?? known?.seed ?? 1,
    share: share ?? known?.share ?? 0.5,
    groupBy: (splitBy as readonly UnitField[] | undefined) ?? known?.groupBy ?? UNIT_FIELDS,
  };
  const all: OutcomeRecord[] = [];
  for await (const record of readOutcomes(path)) all.push(record);
  const { fit, tune, leftOut, notice } = splitOutcomes(all, split);
  const records = part === "fit" ? fit : tune;
  io.stderr(`${part} part: ${records.length} of ${all.length} records (split seed ${split.seed})\n`);
  if (notice !== undefined) io.stderr(`${notice}\n`);
  if (leftOut > 0 && part === "fit")
    io.stderr(`${leftOut} records were left out of the fit part: the tune part has the same prompts\n`);
  return { records, part, split: { ...split, part } };
}

function otherThan(split: SplitRecord | undefined): Part {
  if (split === undefined) return "all";
  return otherPart(split);
}

function partOf(text: string | undefined, whenAbsent: Part): Part {
  if (text === undefined) return whenAbsent;
  if (text !== "fit" && text !== "tune" && text !== "all")
    throw new InvalidOptionError("--part", text, "fit, tune or all");
  return text;
}
