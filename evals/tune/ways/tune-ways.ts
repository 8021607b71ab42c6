import type { SufficientFile } from "../../../policies/checks/index.ts";
import {
  InsufficientEvidenceError,
  InvalidOptionError,
  isRouterError,
} from "../../../src/contracts/index.ts";
import type { Estimate } from "../../../src/loop/statistics/bootstrap.ts";
import { checkKeys, checkText } from "../../../src/plugin/index.ts";
import { meanOfField } from "../../data/outcomes/mean-of-field.ts";
import { type OutcomeRecord, outcomeOf } from "../../data/outcomes/outcome-record.ts";
import { makeTuningFile } from "../make-tuning-file.ts";
import { readTuneCases, type TuneCases, type TuneColumns, tuneColumns } from "../tune-columns.ts";
import { checkTuneOptions, type TuneOptions, tuneOptionNames } from "../tune-options.ts";
import type { TuningFile } from "../tuning-file.ts";
import { costDifference, dearnessOf, recommendation } from "./recommend.ts";
import { type FoundWay, type TriedWay, tryWay, type WayContest } from "./try-way.ts";
import { WAYS, type Way, type WayComparison } from "./way.ts";

export interface TuneWaysOptions extends TuneOptions {
  /** Ways to compare, each once. Default: those for which the records have what they need. */
  readonly ways?: readonly Way[] | undefined;
  /** Name in the outcomes of the other small model, for `agree` and `both`. */
  readonly other?: string | undefined;
  /** Check for `sufficient`, fitted on other records than these. Its threshold is tuned here. */
  readonly check?: SufficientFile | undefined;
  /**
   * Policy of the recommended way that the file is to hold. `cost`: its cheapest policy. `latency`: the fastest one that
   * skips the small model, if it costs at most 1 % of always-large's cost more. Default `cost`.
   */
  readonly prefer?: "cost" | "latency" | undefined;
}

/**
 * Tunes several ways of routing on the same records and recommends one, at equal certified loss.
 *
 * The level `1 - confidence` is split evenly among the ways (Bonferroni), and within a way its policies are tested
 * in a fixed order at that share (`fixedSequence`). So with probability `confidence` none of the policies that are
 * accepted, of any way, loses more than `maxLoss`: what is promised holds for whichever is taken. The saving of
 * the one that was picked as the cheapest is measured on the records that picked it, and so a little too high.
 *
 * Throws what `tunePolicies` throws; `InsufficientEvidenceError` if no way can be certified.
 */
export async function tuneWays(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  options: TuneWaysOptions,
): Promise<TuningFile> {
  checkKeys("tuneWays", options, [...tuneOptionNames, "ways", "other", "check", "prefer"]);
  const settings = checkTuneOptions("tuneWays", options);
  const { target, confidence } = settings;
  if (!("maxLoss" in target))
    throw new InvalidOptionError("tuneWays.target", target, "{ maxLoss }: ways are compared at equal loss");
  const given: OutcomeRecord[] = [];
  for await (const record of records) given.push(record);
  const ways = waysOf(options, given);
  const { small, large } = settings;
  const { other, check } = options;
  const models = [small, ...(needsOther(ways) ? [other as string] : []), large];
  const cases = await readTuneCases(given, models, settings);
  const columns = pricedAlike(tuneColumns(cases, settings), cases, models);
  const contest: WayContest = {
    cases,
    columns,
    settings,
    parts: { small, large, other, file: check, skips: true },
    level: (1 - confidence) / ways.length,
    maxLoss: target.maxLoss,
    prefer: options.prefer ?? "cost",
  };
  const tried: TriedWay[] = [];
  for (const way of ways) tried.push(await tryWay(way, contest));
  const certified = tried.flatMap(({ result, found }) => (found === undefined ? [] : [{ result, found }]));
  certified.sort((a, b) => dearnessOf(a.found.routed) - dearnessOf(b.found.routed));
  const [cheapest] = certified;
  if (cheapest === undefined) throw noneOf(tried);
  const { best, against } = await simplest(cheapest, certified, contest);
  const comparison = compareFound(best, against, tried, contest);
  return fileOf(best.found, comparison, contest, models);
}

/** Ways from the simplest to run: no second call, no file, no second model. */
const bySimplicity: readonly Way[] = ["threshold", "logprob", "sufficient", "agree", "both"];

/**
 * The simplest way that the cheapest one is not proven to be cheaper than, with the comparison that decided.
 */
async function simplest(
  cheapest: Best,
  certified: readonly Best[],
  { columns, settings }: WayContest,
): Promise<{ readonly best: Best; readonly against: WayComparison["cheaper"] }> {
  const { resamples, seed } = settings;
  const differenceTo = (other: Best): Promise<Estimate | undefined> =>
    costDifference(cheapest.found.routed, other.found.routed, columns.pair.large.costUsd, {
      units: columns.units,
      resamples,
      seed,
    });
  const rank = ({ result }: Best): number => bySimplicity.indexOf(result.way);
  let against: WayComparison["cheaper"];
  for (const other of certified.toSorted((a, b) => rank(a) - rank(b))) {
    if (other === cheapest) continue;
    const by = await differenceTo(other);
    if (by === undefined) continue;
    const isCheaper = by.high !== undefined && by.high < 0;
    const isSimpler = rank(other) < rank(cheapest);
    if (isSimpler && !isCheaper) return { best: other, against: { than: cheapest.result.way, by } };
    // The closest of those that the cheapest one is compared with.
    if (against === undefined || by.value > against.by.value) against = { than: other.result.way, by };
  }
  return { best: cheapest, against };
}

type Best = Required<Pick<TriedWay, "result">> & { readonly found: FoundWay };

function needsOther(ways: readonly Way[]): boolean {
  return ways.includes("agree") || ways.includes("both");
}

/** Share of the records that must have what a way reads, for the way to be tried by default. */
const enough = 0.5;

/** Ways that were asked for, or those that the records allow. Throws `InvalidOptionError`. */
function waysOf(options: TuneWaysOptions, records: readonly OutcomeRecord[]): readonly Way[] {
  const { ways, other, check, small, prefer } = options;
  if (prefer !== undefined && prefer !== "cost" && prefer !== "latency")
    throw new InvalidOptionError("tuneWays.prefer", prefer, "cost or latency");
  if (other !== undefined) {
    checkText("tuneWays.other", other);
    if (other === small || other === options.large)
      throw new InvalidOptionError("tuneWays.other", other, "another model than small and large");
  }
  if (check !== undefined && (check.small !== small || check.large !== options.large))
    throw new InvalidOptionError(
      "tuneWays.check",
      `${check.small}, ${check.large}`,
      "fitted on the answers of small, against large",
    );
  const share = (has: (record: OutcomeRecord) => boolean): number =>
    records.length === 0 ? 0 : records.filter(has).length / records.length;
  const hasLogprobs = share((record) => outcomeOf(record, small)?.logprobConfidence !== undefined) >= enough;
  const hasAnswers =
    other !== undefined &&
    share((record) => [small, other].every((name) => outcomeOf(record, name)?.answer !== undefined)) >=
      enough;
  const possible: Readonly<Record<Way, string | undefined>> = {
    threshold: undefined,
    logprob: hasLogprobs ? undefined : `logprobConfidence of ${small} in at least half of the records`,
    agree: hasAnswers
      ? undefined
      : "the name of another small model, and answers of both in at least half of the records",
    both:
      hasLogprobs && hasAnswers
        ? undefined
        : "what logprob and agree need: log-probabilities, another small model, and answers",
    sufficient: check === undefined ? "a check that was fitted on other records" : undefined,
  };
  if (ways === undefined) return WAYS.filter((way) => possible[way] === undefined);
  if (!Array.isArray(ways) || ways.length === 0)
    throw new InvalidOptionError("tuneWays.ways", ways, `an array of ${WAYS.join(", ")}`);
  const asked = [...new Set(ways as readonly Way[])];
  for (const way of asked) {
    if (!WAYS.includes(way)) throw new InvalidOptionError("tuneWays.ways", way, WAYS.join(", "));
    const lacks = possible[way];
    if (lacks !== undefined) throw new InvalidOptionError(`tuneWays.ways: ${way}`, undefined, lacks);
  }
  return asked;
}

/** Leaves out costs unless those of all models are known: ways are compared by one measure. */
function pricedAlike(columns: TuneColumns, { cases }: TuneCases, models: readonly string[]): TuneColumns {
  const isPriced = cases.every(({ outcomes }) =>
    models.every((name) => outcomes.get(name)?.costUsd !== undefined),
  );
  if (isPriced) return columns;
  const { small, large } = columns.pair;
  return { ...columns, pair: { small: { quality: small.quality }, large: { quality: large.quality } } };
}

function noneOf(tried: readonly TriedWay[]): unknown {
  const errors = tried.map(({ error }) => error);
  const [first] = errors;
  if (errors.length === 1 || !isRouterError(first, "insufficient-evidence")) return first;
  const needed = errors.flatMap((error) =>
    isRouterError(error, "insufficient-evidence") && Number.isFinite(error.recordsNeeded)
      ? [error.recordsNeeded]
      : [],
  );
  const reasons = tried.map(({ result }) => `${result.way}: ${result.problem}`).join("; ");
  return new InsufficientEvidenceError(
    first.records,
    needed.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...needed),
    `none of ${tried.length} ways can be certified, each at its share of the level (${reasons})`,
  );
}

function compareFound(
  best: Best,
  cheaper: WayComparison["cheaper"],
  tried: readonly TriedWay[],
  { cases, settings, level, maxLoss, parts }: WayContest,
): WayComparison {
  const { confidence, large, small } = settings;
  const results = tried.map(({ result }) => result);
  const others = results.filter((one) => one !== best.result);
  const outcomes = (name: string) => cases.cases.flatMap((one) => one.outcomes.get(name) ?? []);
  const latencyMs = meanOfField(outcomes(large), "latencyMs");
  const lacks = (has: (outcome: ReturnType<typeof outcomes>[number]) => boolean): number =>
    outcomes(small).filter((one) => !has(one)).length;
  return {
    maxLoss,
    confidence,
    level,
    results,
    recommended: best.result.way,
    ...(cheaper === undefined ? {} : { cheaper }),
    sentence: recommendation(best.result, maxLoss, others, cheaper),
    ...(latencyMs === undefined ? {} : { latencyMs }),
    lacking: {
      logprobConfidence: lacks(({ logprobConfidence }) => logprobConfidence !== undefined),
      ...(parts.other === undefined ? {} : { answer: lacks(({ answer }) => answer !== undefined) }),
    },
  };
}

function fileOf(
  { certified, policy, threshold, file }: FoundWay,
  ways: WayComparison,
  { columns, settings, level, maxLoss }: WayContest,
  models: readonly string[],
): TuningFile {
  const { certificate, curve } = certified;
  const count = ways.results.length;
  const notes =
    count === 1
      ? certificate.notes
      : [
          ...certificate.notes,
          `${count} ways were compared, each at a level of ${Number(level.toPrecision(3))}, so that what is promised holds for whichever is taken; its saving was measured on the records that picked it.`,
        ];
  const { confidence } = settings;
  return makeTuningFile(
    {
      kind: threshold === undefined ? "policies" : "threshold",
      threshold,
      policy,
      models,
      certificate: { ...certificate, confidence, maxLoss, notes },
      curve,
      check: file,
      ways,
    },
    columns.records,
    columns.complexity,
    settings,
  );
}
