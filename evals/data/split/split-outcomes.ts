import { InvalidOptionError } from "../../../src/contracts/index.ts";
import { type OptionTable, readOptions } from "../../../src/plugin/index.ts";
import { showPercent } from "../../../src/plugin/show-percent.ts";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";
import { textKey } from "../outcomes/prompt-key.ts";
import { describeLargestUnit } from "./describe-largest-unit.ts";
import { hash40 } from "./record-keys.ts";
import { UNIT_FIELDS, type UnitField, unitKey, unitsOf } from "./units.ts";

export interface SplitOptions {
  /** Seed of the split, a whole number in [0, 2^32). Default 1. */
  readonly seed?: number | undefined;
  /** Share of the records that goes to `fit`, in (0, 1). Default 0.5. */
  readonly share?: number | undefined;
  /**
   * Fields that keep records together. Default: prompt, group, session and tenant. Without `prompt`, a prompt
   * that is in both parts is left out of `fit`; `tune` stays as the traffic is.
   */
  readonly groupBy?: readonly UnitField[] | undefined;
}

export const splitOptions: OptionTable<SplitOptions> = {
  seed: { is: "number", min: 0, max: 0xffff_ffff, integer: true, default: 1 },
  share: { is: "number", above: 0, below: 1, default: 0.5 },
  groupBy: { is: "checked", check: checkGroupBy, default: UNIT_FIELDS, expected: "fields of records" },
};

export interface Split {
  readonly fit: OutcomeRecord[];
  readonly tune: OutcomeRecord[];
  /**
   * Records of `fit` that were left out because `tune` has the same question. Always 0 if `groupBy` has
   * `prompt`.
   */
  readonly leftOut: number;
  /** Notice that names the unit because of which the parts differ much from the share. */
  readonly notice?: string | undefined;
}

/**
 * Splits records in two by independent units, so that no prompt, conversation or tenant is on both sides:
 * `fit` to train, choose and calibrate on, `tune` for the certificate. The part of a unit follows from a hash
 * of the seed and the unit's name (tenant, else group, session, or prompt). So records may be re-ordered, and
 * new ones appended, without moving others, unless a new one joins two units. The share is met up to chance.
 *
 * Throws `InvalidOptionError` if an option is invalid, and if one unit is so large that a part would get less
 * than half of its share: the error names the unit and what to group by instead.
 */
export function splitOutcomes(records: readonly OutcomeRecord[], options: SplitOptions = {}): Split {
  const { seed, share, groupBy } = readOptions("splitOutcomes", splitOptions, options);
  if (records.length === 0) throw new InvalidOptionError("records", records, "records to split");
  const units = unitsOf(records, groupBy);
  const whole = { records, units, groupBy };
  const places = placesOf(whole, seed);
  const isFit = (index: number): boolean => (places[units[index] as number] as number) < share;
  const inFit = records.filter((_, index) => isFit(index));
  const tune = records.filter((_, index) => !isFit(index));
  checkParts(inFit.length, tune.length, share, whole);
  const fit = groupBy.includes("prompt") ? inFit : without(inFit, tune);
  const gotShare = inFit.length / records.length;
  const notice =
    Math.abs(gotShare - share) > Math.min(share, 1 - share) / 4
      ? `the fit part has ${showPercent(gotShare, 0)} of the records instead of ${showPercent(share, 0)}: ${describeLargestUnit(records, units, groupBy)}`
      : undefined;
  return { fit, tune, leftOut: inFit.length - fit.length, notice };
}

/** Throws `InvalidOptionError` unless these are fields that records can be grouped by, at least one. */
export function checkGroupBy(option: string, groupBy: readonly string[]): readonly UnitField[] {
  const expected = `one or more of ${UNIT_FIELDS.join(", ")}`;
  if (!Array.isArray(groupBy) || groupBy.length === 0)
    throw new InvalidOptionError(option, groupBy, expected);
  for (const field of groupBy)
    if (!(UNIT_FIELDS as readonly string[]).includes(field))
      throw new InvalidOptionError(option, field, expected);
  return groupBy as readonly UnitField[];
}

/** Fields that name a unit, the widest first: it stays the same when a unit gets further records. */
const nameFields: readonly UnitField[] = ["tenant", "group", "session", "template", "prompt"];

/** Place of each unit in [0, 1), by the seed and its name. */
function placesOf({ records, units, groupBy }: Whole, seed: number): Float64Array {
  const fields = nameFields.filter((field) => field === "prompt" || groupBy.includes(field));
  const rankOf = new Map<string, number>();
  const names: string[] = [];
  records.forEach((record, index) => {
    const field = fields.find((one) => unitKey(record, one) !== undefined) as UnitField;
    const name = JSON.stringify([field, unitKey(record, field)]);
    if (!rankOf.has(name)) rankOf.set(name, hash40(name));
    const unit = units[index] as number;
    const chosen = names[unit];
    // Of several joined names the one with the smallest hash, which is the same in any order of the
    // records.
    if (chosen === undefined || (rankOf.get(name) ?? 0) < (rankOf.get(chosen) ?? 0)) names[unit] = name;
  });
  return Float64Array.from(names, (name) => hash40(`${seed} ${name}`) / 2 ** 40);
}

/** Throws if a part would get less than half of its share. */
function checkParts(fit: number, tune: number, share: number, whole: Whole): void {
  const { records, units, groupBy } = whole;
  const fits = fit >= (share / 2) * records.length && tune >= ((1 - share) / 2) * records.length;
  if (fits && fit > 0 && tune > 0) return;
  throw new InvalidOptionError(
    "splitOutcomes.groupBy",
    groupBy.join(", "),
    `fields that leave units small enough for a split (the fit part would get ${fit} of ${records.length} records, ` +
      `${showPercent(share, 0)} were asked for): ${describeLargestUnit(records, units, groupBy)}`,
  );
}

function without(records: readonly OutcomeRecord[], others: readonly OutcomeRecord[]): OutcomeRecord[] {
  const prompts = new Set(others.map(textKey));
  return records.filter((record) => !prompts.has(textKey(record)));
}

interface Whole {
  readonly records: readonly OutcomeRecord[];
  readonly units: Uint32Array;
  readonly groupBy: readonly UnitField[];
}
