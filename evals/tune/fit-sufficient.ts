import { predictGain, rankIn } from "../../policies/checks/internal/gain-model.ts";
import { blendOf } from "../../policies/checks/internal/sufficient-score.ts";
import type { SufficientFile } from "../../policies/checks/sufficient.ts";
import { InvalidOptionError } from "../../src/contracts/index.ts";
import { seededRandom } from "../../src/loop/statistics/seeded-random.ts";
import { shuffled } from "../../src/loop/statistics/shuffled.ts";
import { checkKeys, checkNumber, checkText } from "../../src/plugin/index.ts";
import { type OutcomeRecord, outcomeOf } from "../data/outcomes/outcome-record.ts";
import { unitsOf } from "../data/split/units.ts";
import { apgr } from "../metrics/apgr.ts";
import { orderByScore, type PairedOutcomes, routingCurve } from "../metrics/routing-curve.ts";
import { factsOfRecord, type RecordText } from "../replay/request-of-record.ts";
import { fitGain, type GainKind, type LabelledAnswer } from "./fit-gain.ts";
import { withMin } from "./sufficient-file.ts";

export interface FitSufficientOptions {
  /** Names in the outcomes of the model that answers first, and of the one that follows. */
  readonly small: string;
  readonly large: string;
  /** Text of a record that the features are of. Default `prompt`. */
  readonly text?: RecordText | undefined;
  /** True to learn a term for each category of the records; requests must then name theirs. Default false. */
  readonly categories?: boolean | undefined;
  /** Loss on these records at the threshold of the file, measured and not promised, in (0, 1). Default 0.02. */
  readonly maxLoss?: number | undefined;
  /** Seed of folds and resamples. Default 1. */
  readonly seed?: number | undefined;
  /** Number of resamples in each of 4 repeats. Default 250. */
  readonly resamples?: number | undefined;
}

/** Fewest records for a blend: with fewer it loses as often as it gains. */
const fewestForBlend = 300;
/** Fewest records at all. */
const fewest = 40;
/**
 * Share of the resamples in which a blend must be better than the log-probability alone. A higher one refuses it
 * more often where it is better than where it is worse: the blend leans on the log-probability and loses little.
 */
const wins = 0.3;
const folds = 5;
const repeats = 4;
/** Share of the records that must have a field for it to be used. */
const enough = 0.95;
/** Fewest records of a category with a term of its own, and most such categories. */
const [fewestOfCategory, mostCategories] = [10, 64];

/**
 * Fits a file for the check `sufficient`: a score for answers of the small model, and a threshold that loses at
 * most `maxLoss` on these records (an estimate; `eval tune` certifies one on other records). The score is the
 * recorded `logprobConfidence`, unless from 300 records on its rank, averaged 2 : 1 with that of a ridge regression of the gain, is
 * better in 30 % of the resamples, with folds that keep alike prompts together. Without log-probabilities the
 * regression alone is taken, which needs recorded answers to read more than the request.
 *
 * Throws `InvalidOptionError` for fewer than 40 records with outcomes of both models.
 */
export async function fitSufficient(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  options: FitSufficientOptions,
): Promise<SufficientFile> {
  checkKeys("fitSufficient", options, [
    "small",
    "large",
    "text",
    "categories",
    "maxLoss",
    "seed",
    "resamples",
  ]);
  const { small, large, text, maxLoss = 0.02, seed = 1, resamples = 250 } = options;
  checkText("fitSufficient.small", small);
  checkText("fitSufficient.large", large);
  checkNumber("fitSufficient.maxLoss", maxLoss, { min: 0, max: 1 });
  checkNumber("fitSufficient.resamples", resamples, { min: 1, max: 100_000, integer: true });
  const read = await readAnswers(records, small, large, text);
  const byLogprob = shareOf(read, ({ logprob }) => logprob !== undefined) >= enough;
  const used = byLogprob ? read.filter(({ logprob }) => logprob !== undefined) : read;
  if (used.length < fewest)
    throw new InvalidOptionError(
      "records",
      used.length,
      `at least ${fewest} records with outcomes of ${small} and ${large}`,
    );
  const kind: GainKind = {
    logprob: byLogprob,
    signals: shareOf(used, (one) => one.text !== undefined) >= enough,
    categories: options.categories === true ? categoriesOf(used) : [],
  };
  const data = dataOf(used);
  const scores = outOfFold(data, kind, seed);
  const raw = Float64Array.from(used, ({ logprob }) => logprob ?? 0);
  const found = compareScores(data, raw, scores, { seed, resamples });
  const takesBlend = !byLogprob || (used.length >= fewestForBlend && found.won >= wins);
  const score = !byLogprob ? "text" : takesBlend ? "blend" : "logprob";
  const chosen = takesBlend ? meanOf(scores) : raw;
  const report = {
    records: used.length,
    units: data.units.length,
    skipped: read.length - used.length,
    signals: kind.signals,
    categories: kind.categories.length,
    apgr: byLogprob ? { logprob: found.raw, blend: found.blend } : { text: found.blend },
    blendWins: byLogprob ? found.won : undefined,
    fewestForBlend,
    certified: false,
  };
  const min = minFor(data.gains, chosen, maxLoss, score === "logprob" ? 0 : 1.01);
  const file = { formatVersion: 1, kind: "sufficient", small, large, score } as const;
  return withMin(
    takesBlend ? { ...file, min, gain: fitGain(used, kind), report } : { ...file, min, report },
    min,
  );
}

interface Read extends LabelledAnswer {
  readonly record: OutcomeRecord;
  readonly smallQuality: number;
}

async function readAnswers(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  small: string,
  large: string,
  text: RecordText | undefined,
): Promise<readonly Read[]> {
  const read: Read[] = [];
  let position = 0;
  for await (const record of records) {
    position += 1;
    const [own, other] = [outcomeOf(record, small), outcomeOf(record, large)];
    if (own === undefined || other === undefined) continue;
    read.push({
      record,
      request: factsOfRecord(record, position, text),
      logprob: own.logprobConfidence,
      outputTokens: own.outputTokens,
      text: own.answer,
      smallQuality: own.quality,
      gain: other.quality - own.quality,
    });
  }
  return read;
}

function shareOf<T>(values: readonly T[], has: (value: T) => boolean): number {
  return values.length === 0 ? 0 : values.filter(has).length / values.length;
}

function categoriesOf(answers: readonly Read[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { request } of answers)
    if (request.category) counts.set(request.category, (counts.get(request.category) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count >= fewestOfCategory)
    .sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
    .slice(0, mostCategories)
    .map(([category]) => category)
    .sort();
}

interface Data {
  readonly answers: readonly Read[];
  readonly gains: Float64Array;
  readonly pair: PairedOutcomes;
  /** Records of each independent unit. */
  readonly units: readonly (readonly number[])[];
}

function dataOf(answers: readonly Read[]): Data {
  const units: number[][] = [];
  unitsOf(answers.map(({ record }) => record)).forEach((unit, index) => {
    const own = units[unit];
    if (own === undefined) units[unit] = [index];
    else own.push(index);
  });
  const quality = Float64Array.from(answers, ({ smallQuality }) => smallQuality);
  const gains = Float64Array.from(answers, ({ gain }) => gain);
  const better = quality.map((one, index) => one + (gains[index] as number));
  return { answers, gains, pair: { small: { quality }, large: { quality: better } }, units };
}

/** Scores of each repeat, by models that were fitted without the record's fold. Higher: the small model is enough. */
function outOfFold({ answers, units }: Data, kind: GainKind, seed: number): readonly Float64Array[] {
  const random = seededRandom(seed);
  return Array.from({ length: repeats }, () => {
    const order = shuffled(
      Uint32Array.from(units, (_, unit) => unit),
      random,
    );
    const foldOf = new Uint8Array(answers.length);
    order.forEach((unit, place) => {
      for (const index of units[unit] ?? []) foldOf[index] = place % folds;
    });
    const scores = new Float64Array(answers.length);
    for (let fold = 0; fold < folds; fold += 1) {
      const model = fitGain(
        answers.filter((_, index) => foldOf[index] !== fold),
        kind,
      );
      answers.forEach((one, index) => {
        if (foldOf[index] !== fold) return;
        const sufficient = 1 - rankIn(model.gains, predictGain(model, one));
        scores[index] = kind.logprob
          ? blendOf(rankIn(model.logprobs, one.logprob ?? -100), sufficient)
          : sufficient;
      });
    }
    return scores;
  });
}

function meanOf(columns: readonly Float64Array[]): Float64Array {
  return Float64Array.from(
    columns[0] ?? [],
    (_, index) => columns.reduce((sum, column) => sum + (column[index] as number), 0) / columns.length,
  );
}

/** APGR of both scores, and the share of resamples of units in which the blend's is higher. */
function compareScores(
  { pair, units }: Data,
  raw: Float64Array,
  blends: readonly Float64Array[],
  { seed, resamples }: { readonly seed: number; readonly resamples: number },
): { readonly raw: number | undefined; readonly blend: number | undefined; readonly won: number } {
  const orderOf = (scores: Float64Array) => orderByScore(scores.map((score) => -score));
  const measure = (order: ReturnType<typeof orderOf>, weights?: Float64Array) =>
    apgr(routingCurve(pair, order, weights));
  const rawOrder = orderOf(raw);
  const orders = blends.map(orderOf);
  const random = seededRandom(seed);
  const weights = new Float64Array(raw.length);
  let [won, drawn] = [0, 0];
  for (const order of orders) {
    for (let resample = 0; resample < resamples; resample += 1) {
      weights.fill(0);
      for (let unit = 0; unit < units.length; unit += 1)
        for (const index of units[Math.floor(random() * units.length)] ?? [])
          weights[index] = (weights[index] as number) + 1;
      const [a, b] = [measure(rawOrder, weights), measure(order, weights)];
      // No gap to recover in this resample.
      if (a === undefined || b === undefined) continue;
      drawn += 1;
      if (b > a) won += 1;
    }
  }
  const each = orders.map((order) => measure(order));
  const known = each.filter((one) => one !== undefined);
  return {
    raw: measure(rawOrder),
    blend: known.length === 0 ? undefined : known.reduce((sum, one) => sum + one, 0) / known.length,
    won: drawn === 0 ? 0 : won / drawn,
  };
}

/** Lowest score at which what is accepted has lost at most `maxLoss` for each record; `none` if there is none. */
function minFor(gains: Float64Array, scores: Float64Array, maxLoss: number, none: number): number {
  const cuts = [...orderByScore(scores)];
  let lost = 0;
  let min = none;
  for (const { score, records } of cuts) {
    for (const index of records) lost += gains[index] as number;
    if (lost <= maxLoss * scores.length) min = score;
  }
  return Number(min.toPrecision(6));
}
