import { type Classifier, InvalidOptionError, type Price } from "../../src/contracts/index.ts";
import { type AskedTest, type Guarantee, LOSS_TESTS } from "../../src/loop/statistics/index.ts";
import { checkMethods, checkNumber, checkText } from "../../src/plugin/index.ts";
import type { RecordKeys, SplitRecord } from "../data/split/record-keys.ts";
import { checkGroupBy } from "../data/split/split-outcomes.ts";
import { UNIT_FIELDS, type UnitField } from "../data/split/units.ts";
import type { RecordText } from "../replay/request-of-record.ts";
import type { Target } from "./certificate.ts";

/** Options of all kinds of tuning. */
export interface TuneOptions {
  /** Names of the two models in the outcomes. Losses are measured against the large one on every request. */
  readonly small: string;
  readonly large: string;
  /** Classifier, which must not have been trained on the records. */
  readonly classifier: Classifier;
  /** Aim. Default `{ maxLoss: 0.02 }`. */
  readonly target?: Target | undefined;
  /** Loss that is bounded. Default `mean`. */
  readonly guarantee?: Guarantee | undefined;
  /** Confidence, 1 - delta, in (0, 1). Default 0.95. */
  readonly confidence?: number | undefined;
  /**
   * Test of the loss. Default: `exact` where qualities are 0 and 1, all units have one record and there are at
   * most 2,000, else `gaffke`, which rests on a theorem of 2026. `betting` rests on none, and depends on the
   * seed. Give one if the records may hold other qualities than happen to be in this file.
   */
  readonly test?: AskedTest | undefined;
  /**
   * Fields that join records to one independent unit. Default: group, session and tenant. Records with the
   * same prompt, or prompts of one template, are joined in addition, unless there is `independentPrompts`.
   */
  readonly groupBy?: readonly UnitField[] | undefined;
  /** True to join records by `groupBy` alone. Default false: prompts that are alike depend on each other. */
  readonly independentPrompts?: boolean | undefined;
  /**
   * Number of requests of a unit that count at most, at least 1: those of a larger one weigh `unitCap / size`
   * each. With 1 all units weigh the same. A lower cap needs fewer records if sizes differ. Default: the size
   * of the largest unit of the records.
   */
  readonly unitCap?: number | undefined;
  /**
   * Number of earlier tunings on these records, with another seed or other options. The certificate says so:
   * a result that was picked among several holds less often. Default 0.
   */
  readonly triedBefore?: number | undefined;
  /** Text of a record that the classifier gets. Default `prompt`. */
  readonly text?: RecordText | undefined;
  /**
   * Seed of resamples, of the choosing part and, for `betting`, of the order of the units: a whole number in
   * [0, 2^32). Default 1.
   */
  readonly seed?: number | undefined;
  /** Number of bootstrap resamples for the interval of the saving. Default 1,000. */
  readonly resamples?: number | undefined;
  /** Days until the certificate expires, above 0. Default 90. */
  readonly expiresDays?: number | undefined;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly clock?: (() => number) | undefined;
  /** Judge of the quality. */
  readonly judge?: string | undefined;
  /** Prices by name of the model. Default: those of the catalogue for names that it knows. */
  readonly prices?: Readonly<Record<string, Price>> | undefined;
  /** Split of which the records are one part. */
  readonly split?: SplitRecord | undefined;
  /**
   * Keys of the records that trained the classifier: `keys` of its file, kept so that `eval check` refuses
   * them.
   */
  readonly fitted?: RecordKeys | undefined;
}

export const tuneOptionNames: readonly string[] = [
  "small",
  "large",
  "classifier",
  "target",
  "guarantee",
  "confidence",
  "test",
  "groupBy",
  "independentPrompts",
  "unitCap",
  "triedBefore",
  "text",
  "seed",
  "resamples",
  "expiresDays",
  "clock",
  "judge",
  "prices",
  "split",
  "fitted",
] satisfies readonly (keyof TuneOptions)[];

type WithDefault =
  | "target"
  | "guarantee"
  | "confidence"
  | "groupBy"
  | "text"
  | "seed"
  | "resamples"
  | "expiresDays"
  | "clock";

export type TuneSettings = Omit<TuneOptions, WithDefault> & {
  readonly [Key in WithDefault]-?: Exclude<TuneOptions[Key], undefined>;
};

/** Fills in defaults. Throws `InvalidOptionError`. */
export function checkTuneOptions(owner: string, options: TuneOptions): TuneSettings {
  const settings = {
    ...options,
    target: options.target ?? { maxLoss: 0.02 },
    guarantee: options.guarantee ?? "mean",
    confidence: options.confidence ?? 0.95,
    text: options.text ?? "prompt",
    seed: options.seed ?? 1,
    resamples: options.resamples ?? 1_000,
    expiresDays: options.expiresDays ?? 90,
    clock: options.clock ?? Date.now,
  } satisfies Omit<TuneSettings, "groupBy">;
  const { small, large, classifier, guarantee, confidence, expiresDays, seed, judge, unitCap, triedBefore } =
    settings;
  checkText(`${owner}.small`, small);
  checkText(`${owner}.large`, large);
  if (small === large)
    throw new InvalidOptionError(`${owner}.large`, large, `another model than ${owner}.small`);
  checkMethods(`${owner}.classifier`, classifier, ["classify"]);
  if (guarantee !== "mean" && guarantee !== "regressions")
    throw new InvalidOptionError(`${owner}.guarantee`, guarantee, "mean or regressions");
  checkTarget(owner, settings.target);
  checkTest(owner, settings);
  checkOpen(`${owner}.confidence`, confidence);
  if (unitCap !== undefined)
    checkNumber(`${owner}.unitCap`, unitCap, { min: 1, max: 0xffff_ffff, integer: true });
  if (triedBefore !== undefined)
    checkNumber(`${owner}.triedBefore`, triedBefore, { min: 0, max: 0xffff_ffff, integer: true });
  checkNumber(`${owner}.seed`, seed, { min: 0, max: 0xffff_ffff, integer: true });
  checkNumber(`${owner}.expiresDays`, expiresDays, { min: Number.MIN_VALUE, max: 36_500 });
  if (judge !== undefined) checkText(`${owner}.judge`, judge);
  return { ...settings, groupBy: joiningFields(owner, options) };
}

const promptFields: readonly UnitField[] = ["prompt", "template"];

/** Fields that join records, in the order of `UNIT_FIELDS`. */
function joiningFields(
  owner: string,
  { groupBy, independentPrompts = false }: Pick<TuneOptions, "groupBy" | "independentPrompts">,
): readonly UnitField[] {
  if (groupBy !== undefined) checkGroupBy(`${owner}.groupBy`, groupBy);
  const given = groupBy ?? UNIT_FIELDS.filter((field) => !promptFields.includes(field));
  const joining = new Set(independentPrompts ? given : [...promptFields, ...given]);
  return UNIT_FIELDS.filter((field) => joining.has(field));
}

function checkTarget(owner: string, target: Target): void {
  const named = ["maxLoss", "largeShare", "budgetUsd"].filter((name) => name in target);
  if (named.length !== 1)
    throw new InvalidOptionError(
      `${owner}.target`,
      target,
      "one of { maxLoss }, { largeShare }, { budgetUsd }",
    );
  if ("maxLoss" in target) checkOpen(`${owner}.target.maxLoss`, target.maxLoss);
  else if ("largeShare" in target)
    checkNumber(`${owner}.target.largeShare`, target.largeShare, { min: 0, max: 1 });
  else checkNumber(`${owner}.target.budgetUsd`, target.budgetUsd, { min: 0 });
}

function checkTest(owner: string, { test, target }: Pick<TuneSettings, "test" | "target">): void {
  if (test === undefined) return;
  if (!LOSS_TESTS.includes(test)) throw new InvalidOptionError(`${owner}.test`, test, LOSS_TESTS.join(", "));
  if (test === "exact" && !("maxLoss" in target))
    throw new InvalidOptionError(
      `${owner}.test`,
      test,
      "absent, gaffke or betting: the target is not a loss",
    );
}

function checkOpen(option: string, value: number): void {
  if (!(value > 0 && value < 1)) throw new InvalidOptionError(option, value, "a number above 0 and below 1");
}
