import { meanError, unitValues } from "../../src/loop/statistics/index.ts";
import { type OutcomeRecord, outcomeOf } from "../data/outcomes/outcome-record.ts";
import { decodeKeys, HASH_BYTES, hash40, MAX_KEYS } from "../data/split/record-keys.ts";
import { type UnitField, unitsOf } from "../data/split/units.ts";
import { lossesOf } from "./candidates.ts";
import type { Certificate } from "./certificate.ts";

/** Mean over the tuning records, with its standard error over independent units. */
export interface Measured {
  readonly mean: number;
  readonly error: number;
}

/**
 * Outcomes of the tuning records in short, against which `eval check` compares new ones: means with their
 * errors, and the quality of each model on each record. Holds no text: ids are hashes. At most 12,000
 * records, those of the smallest hashes, of 5 bytes each and 2 for each model.
 */
export interface Baseline {
  readonly records: number;
  readonly units: number;
  /** Quality by name of the model. */
  readonly quality: Readonly<Record<string, Measured>>;
  /** Loss, share of large calls, and cost of the tuned policy, as far as they follow from thresholds. */
  readonly loss?: Measured | undefined;
  readonly largeCallRate?: Measured | undefined;
  readonly costUsd?: Measured | undefined;
  /** Hashes of ids in rising order, of 5 bytes each, in base64. */
  readonly ids: string;
  /** Quality of each of these records by name of the model: 2 bytes each, in sixty-thousandths, in base64. */
  readonly qualities: Readonly<Record<string, string>>;
}

/** Models that the providers reported as having answered, by name of the model; each once, sorted. */
export type ServedModels = Readonly<Record<string, readonly string[]>>;

/** Parts of a quality of 1: halves, thirds, tenths and their like are exact. */
const QUALITY_STEPS = 60_000;

interface Tuned {
  readonly models: readonly string[];
  readonly kind: "threshold" | "categories" | "policies";
  readonly threshold?: number | undefined;
  readonly categories?: readonly { readonly category: string; readonly threshold: number }[] | undefined;
  readonly certificate: Pick<Certificate, "guarantee" | "groupBy">;
}

/** Reads `servedModel` of the outcomes, which `eval collect` records. Models without it are left out. */
export function servedModels(records: readonly OutcomeRecord[], models: readonly string[]): ServedModels {
  const served = models.map((name) => {
    const versions = records.flatMap((record) => {
      const { servedModel } = (outcomeOf(record, name) ?? {}) as { readonly servedModel?: unknown };
      return typeof servedModel === "string" ? [servedModel] : [];
    });
    return [name, [...new Set(versions)].sort()] as const;
  });
  return Object.fromEntries(served.filter(([, versions]) => versions.length > 0));
}

/** Measures the tuning records, which have an outcome of each model. */
export function baselineOf(
  tuned: Tuned,
  records: readonly OutcomeRecord[],
  complexity: Float64Array,
  { small, large }: { readonly small: string; readonly large: string },
): Baseline {
  const units = unitsOf(records, tuned.certificate.groupBy as readonly UnitField[]);
  const column = (model: string, field: "quality" | "costUsd"): Float64Array =>
    Float64Array.from(records, (record) => outcomeOf(record, model)?.[field] ?? Number.NaN);
  const measured = (values: Float64Array): Measured => {
    const { mean, standardError } = meanError(unitValues(values, units));
    // A single unit has no error: JSON knows no infinity.
    return { mean, error: Number.isFinite(standardError) ? standardError : 1 };
  };
  const quality = new Map(tuned.models.map((model) => [model, column(model, "quality")]));
  const toLarge = sharesOf(tuned, records, complexity);
  const ofRecords = byRecord(records, quality);
  const routed = (of: (model: string) => Float64Array): Float64Array | undefined => {
    if (toLarge === undefined) return undefined;
    const [little, big] = [of(small), of(large)];
    return toLarge.map((share, at) => (share === 1 ? (big[at] as number) : (little[at] as number)));
  };
  const answers = routed((model) => quality.get(model) as Float64Array);
  const costs = routed((model) => column(model, "costUsd"));
  return {
    records: records.length,
    units: units.reduce((most, unit) => Math.max(most, unit + 1), 0),
    quality: Object.fromEntries([...quality].map(([model, values]) => [model, measured(values)])),
    ...(answers && {
      loss: measured(lossesOf(tuned.certificate.guarantee, quality.get(large) as Float64Array, answers)),
    }),
    ...(toLarge && { largeCallRate: measured(toLarge) }),
    ...(costs && !costs.some(Number.isNaN) && { costUsd: measured(costs) }),
    ...ofRecords,
  };
}

/** Share of each record that goes to the large model; undefined if thresholds do not determine it. */
function sharesOf(
  { kind, threshold = 0, categories = [] }: Tuned,
  records: readonly OutcomeRecord[],
  complexity: Float64Array,
): Float64Array | undefined {
  if (kind === "policies") return undefined;
  // The category may be the classifier's, which is not at hand here.
  if (kind === "categories" && records.some(({ category }) => !category)) return undefined;
  const own = new Map(categories.map((one) => [one.category, one.threshold]));
  return complexity.map((score, at) =>
    score >= ((kind === "categories" ? own.get(records[at]?.category ?? "") : threshold) ?? 0) ? 1 : 0,
  );
}

function byRecord(
  records: readonly OutcomeRecord[],
  quality: ReadonlyMap<string, Float64Array>,
): Pick<Baseline, "ids" | "qualities"> {
  const steps = [...quality].map(([model, values]) => [model, values.map(stepsOf)] as const);
  const places = new Map<number, number>();
  records.forEach(({ id }, place) => {
    places.set(hash40(id), place);
  });
  const kept = [...places].sort(([a], [b]) => a - b).slice(0, MAX_KEYS);
  const ids = Buffer.alloc(kept.length * HASH_BYTES);
  kept.forEach(([hash], at) => {
    ids.writeUIntBE(hash, at * HASH_BYTES, HASH_BYTES);
  });
  const qualities = steps.map(([model, values]) => {
    const bytes = Buffer.alloc(kept.length * 2);
    kept.forEach(([, place], at) => {
      bytes.writeUInt16BE(values[place] as number, at * 2);
    });
    return [model, bytes.toString("base64")] as const;
  });
  return { ids: ids.toString("base64"), qualities: Object.fromEntries(qualities) };
}

function stepsOf(quality: number): number {
  return Math.round(quality * QUALITY_STEPS);
}

/** Rounds a quality as the baseline does, so that an unchanged one is equal. */
export function roundedQuality(quality: number): number {
  return stepsOf(quality) / QUALITY_STEPS;
}

/** Qualities of a tuning record by name of the model. */
export type RecordedQualities = ReadonlyMap<string, number>;

/** Returns a function that looks up the recorded qualities of a record by its id. */
export function recordedQualities({
  ids,
  qualities,
}: Pick<Baseline, "ids" | "qualities">): (id: string) => RecordedQualities | undefined {
  const placeOf = new Map(Array.from(decodeKeys(ids), (hash, place) => [hash, place]));
  const columns = Object.entries(qualities).map(
    ([model, bytes]) => [model, Buffer.from(bytes, "base64")] as const,
  );
  return (id) => {
    const place = placeOf.get(hash40(id));
    if (place === undefined) return undefined;
    return new Map(columns.map(([model, bytes]) => [model, bytes.readUInt16BE(place * 2) / QUALITY_STEPS]));
  };
}
