import { InvalidOptionError, type Policy } from "../../src/contracts/index.ts";
import { weightedMean } from "../../src/loop/statistics/index.ts";
import { describePolicy, type OptionTable, readOptions } from "../../src/plugin/index.ts";
import type { OutcomeRecord } from "../data/outcomes/outcome-record.ts";
import { type UnitField, unitsOf } from "../data/split/units.ts";
import { isBinary } from "../replay/compare/pair-outcomes.ts";
import { replayPolicy } from "../replay/replay.ts";
import type { ReplayCases } from "../replay/replay-cases.ts";
import { type Candidates, lossesOf, type RoutedOutcomes } from "./candidates.ts";
import { certify } from "./certify.ts";
import { makeTuningFile } from "./make-tuning-file.ts";
import { readTuneCases, refuseManyLost, tuneColumns } from "./tune-columns.ts";
import {
  type OpenTuneOption,
  type TuneOptions,
  type TuneSettings,
  tuneOptions,
  tuneSettings,
} from "./tune-options.ts";
import type { TuningFile } from "./tuning-file.ts";

export interface TunePoliciesOptions extends TuneOptions {
  /** Policies to try, over names of models, from the safest to the cheapest unless there is `fit`. */
  readonly policies: readonly Policy<string>[];
  /**
   * Names of all models that they choose among. Default `small` and `large`, which are added if they are
   * missing.
   */
  readonly models?: readonly string[] | undefined;
  /**
   * Other records that put the policies in order: policies that are more expensive than another without
   * losing less are left out, the others are tested from the lowest loss on.
   */
  readonly fit?: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord> | undefined;
}

export const tunePoliciesOptions: OptionTable<TunePoliciesOptions, "fit" | OpenTuneOption> = {
  ...tuneOptions,
  policies: {
    is: "list",
    of: { is: "object", methods: ["select"] },
    min: 1,
    expected: "an array of at least one policy",
  },
  models: { is: "list", of: { is: "text" }, default: [] },
  fit: { is: "any", optional: true },
};

/**
 * Chooses the cheapest of any policies (tiers, cascades with their parameters, tables) whose loss against
 * always-large is at most `maxLoss`, and certifies it. They are replayed in exact expectation and tested in
 * order (`chooseCandidate`), so policies that are likely to pass should come first. A cascade needs the
 * recorded results of its checks, or answers that they can read.
 *
 * Throws `InvalidOptionError`, `OutcomeFormatError`, `PolicyError`, `ClassifierError`,
 * `InsufficientEvidenceError`.
 */
export async function tunePolicies(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  options: TunePoliciesOptions,
): Promise<TuningFile> {
  const given = readOptions("tunePolicies", tunePoliciesOptions, options);
  const settings = tuneSettings("tunePolicies", given);
  const { small, large, target } = settings;
  if (!("maxLoss" in target))
    throw new InvalidOptionError(
      "tunePolicies.target",
      target,
      "{ maxLoss }: other targets are for thresholds",
    );
  const models = [...new Set([small, ...given.models, large])];

  const cases = await readTuneCases(records, models, settings);
  const columns = tuneColumns(cases, settings);
  refuseManyLost(columns, target.maxLoss);
  const policies =
    given.fit === undefined
      ? given.policies
      : await ranked(
          given.policies,
          await otherRecords(given.fit, columns.records, settings),
          models,
          settings,
        );
  const all = policies.map((policy) => routedBy(cases, policy, large));
  const isPriced =
    columns.pair.large.costUsd !== undefined && all.every(({ costUsd }) => costUsd !== undefined);
  const { pair } = columns;
  const ofAll = {
    ...columns,
    isBinary: columns.isBinary && all.every(({ quality }) => isBinary(quality)),
  };
  const priced = isPriced
    ? ofAll
    : {
        ...ofAll,
        pair: { small: { quality: pair.small.quality }, large: { quality: pair.large.quality } },
      };
  const candidates: Candidates = {
    count: all.length,
    at(index) {
      const { costUsd, ...routed } = all[index] as RoutedOutcomes;
      return isPriced ? { ...routed, costUsd } : routed;
    },
  };
  const { index, certificate, curve } = await certify({ columns: priced, candidates, settings }, target);
  const policy =
    index < 0
      ? { name: "always", parameters: { model: large } }
      : describePolicy(policies[index] as Policy<string>);
  const found = { kind: "policies", policy, models, certificate, curve } as const;
  return makeTuningFile(found, columns.records, columns.complexity, settings);
}

function routedBy(cases: ReplayCases<string>, policy: Policy<string>, large: string): RoutedOutcomes {
  const { quality, costUsd, callRates } = replayPolicy(cases, policy).byRecord;
  return { quality, costUsd, toLarge: callRates[large] ?? new Float64Array(quality.length) };
}

async function otherRecords(
  fit: NonNullable<TunePoliciesOptions["fit"]>,
  tune: readonly OutcomeRecord[],
  { groupBy }: TuneSettings,
): Promise<readonly OutcomeRecord[]> {
  const records: OutcomeRecord[] = [];
  for await (const record of fit) records.push(record);
  const joining = [...new Set<UnitField>(["prompt", ...groupBy])];
  const units = unitsOf([...tune, ...records], joining);
  const tuned = new Set(units.subarray(0, tune.length));
  const shared = records.find((_, index) => tuned.has(units[tune.length + index] as number));
  if (shared === undefined) return records;
  throw new InvalidOptionError(
    "tunePolicies.fit",
    fit,
    `other records than those to tune on: ${JSON.stringify(shared.id.slice(0, 60))} shares a ${joining.join(" or ")} with one of them`,
  );
}

/**
 * Selects the policies that no other one beats in both loss and cost, from the lowest loss to the lowest
 * cost.
 */
async function ranked(
  policies: readonly Policy<string>[],
  fit: readonly OutcomeRecord[],
  models: readonly string[],
  settings: TuneSettings,
): Promise<readonly Policy<string>[]> {
  const cases = await readTuneCases(fit, models, settings);
  const large = tuneColumns(cases, settings).pair.large.quality;
  const replayed = policies.map((policy) => ({ policy, ...routedBy(cases, policy, settings.large) }));
  const isPriced = replayed.every(({ costUsd }) => costUsd !== undefined);
  const measured = replayed.map(({ policy, quality, costUsd, toLarge }) => ({
    policy,
    loss: weightedMean(lossesOf(settings.guarantee, large, quality)) ?? 0,
    cost: weightedMean(isPriced && costUsd ? costUsd : toLarge) ?? 0,
  }));
  measured.sort((a, b) => a.loss - b.loss || a.cost - b.cost);
  let least = Number.POSITIVE_INFINITY;
  return measured.flatMap(({ policy, cost }) => {
    if (cost >= least) return [];
    least = cost;
    return [policy];
  });
}
