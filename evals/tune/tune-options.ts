import { type Classifier, InvalidOptionError, type Price } from "../../src/contracts/index.ts";
import { type AskedTest, type Guarantee, LOSS_TESTS } from "../../src/loop/statistics/index.ts";
import { checkPrice, type FilledOptions, type OptionTable, readOption } from "../../src/plugin/index.ts";
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

/** Range of a probability that leaves something open. */
const inside = { above: 0, below: 1, expected: "a number above 0 and below 1" } as const;

const targets = {
  maxLoss: { is: "number", ...inside },
  largeShare: { is: "share" },
  budgetUsd: { is: "number", min: 0 },
} as const;

export type OpenTuneOption =
  | "test"
  | "groupBy"
  | "unitCap"
  | "triedBefore"
  | "judge"
  | "prices"
  | "split"
  | "fitted";

export const tuneOptions: OptionTable<TuneOptions, OpenTuneOption> = {
  small: { is: "text" },
  large: { is: "text" },
  classifier: { is: "object", methods: ["classify"] },
  target: {
    is: "checked",
    check: checkTarget,
    default: { maxLoss: 0.02 },
    expected: "one of { maxLoss }, { largeShare }, { budgetUsd }",
  },
  guarantee: {
    is: "choice",
    of: ["mean", "regressions"],
    default: "mean",
    expected: "mean or regressions",
  },
  confidence: { is: "number", ...inside, default: 0.95 },
  test: { is: "choice", of: LOSS_TESTS, optional: true, expected: LOSS_TESTS.join(", ") },
  groupBy: { is: "checked", check: checkGroupBy, optional: true, expected: "fields of records" },
  independentPrompts: { is: "boolean", default: false },
  unitCap: { is: "number", min: 1, max: 0xffff_ffff, integer: true, optional: true },
  triedBefore: { is: "number", min: 0, max: 0xffff_ffff, integer: true, optional: true },
  text: { is: "choice", of: ["prompt", "question"], default: "prompt" },
  seed: { is: "number", min: 0, max: 0xffff_ffff, integer: true, default: 1 },
  resamples: { is: "number", min: 1, max: 1_000_000, integer: true, default: 1_000 },
  expiresDays: { is: "number", above: 0, max: 36_500, default: 90 },
  clock: { is: "function", default: () => Date.now() },
  judge: { is: "text", optional: true },
  prices: { is: "record", of: { is: "checked", check: checkPrice }, optional: true },
  split: { is: "any", optional: true },
  fitted: { is: "any", optional: true },
};

type Filled = FilledOptions<TuneOptions, OpenTuneOption>;

export type TuneSettings = Omit<Filled, "groupBy"> & { readonly groupBy: readonly UnitField[] };

/** Checks the rules between options that have been read. Throws `InvalidOptionError`. */
export function tuneSettings(owner: string, options: Filled): TuneSettings {
  const { small, large, test, target } = options;
  if (small === large)
    throw new InvalidOptionError(`${owner}.large`, large, `another model than ${owner}.small`);
  if (test === "exact" && !("maxLoss" in target))
    throw new InvalidOptionError(
      `${owner}.test`,
      test,
      "absent, gaffke or betting: the target is not a loss",
    );
  return { ...options, groupBy: joiningFields(options) };
}

const promptFields: readonly UnitField[] = ["prompt", "template"];

/** Fields that join records, in the order of `UNIT_FIELDS`. */
function joiningFields({ groupBy, independentPrompts }: Filled): readonly UnitField[] {
  const given = groupBy ?? UNIT_FIELDS.filter((field) => !promptFields.includes(field));
  const joining = new Set(independentPrompts ? given : [...promptFields, ...given]);
  return UNIT_FIELDS.filter((field) => joining.has(field));
}

function checkTarget(path: string, target: Target): Target {
  const [name, ...others] = Object.keys(targets).filter((one) => one in Object(target));
  if (name === undefined || others.length > 0)
    throw new InvalidOptionError(path, target, "one of { maxLoss }, { largeShare }, { budgetUsd }");
  const key = name as keyof typeof targets;
  readOption(targets[key], `${path}.${key}`, (target as Readonly<Record<string, unknown>>)[key]);
  return target;
}
