import type { PolicyDescription, Price } from "../../src/contracts/index.ts";
import { readName } from "../../src/plugin/read-name.ts";
import { completeFacts, termsAt } from "../../src/router/cost/inner.ts";
import type { OutcomeRecord } from "../data/outcomes/outcome-record.ts";
import { recordKeysOf } from "../data/split/record-keys.ts";
import { baselineOf, servedModels } from "./baseline.ts";
import type { TuneSettings } from "./tune-options.ts";
import { TUNING_FORMAT_VERSION, type TuningFile, tuningVersionOf } from "./tuning-file.ts";

type Found = Pick<TuningFile, "kind" | "threshold" | "certificate" | "curve" | "categories" | "models"> & {
  readonly policy: PolicyDescription;
};

const dayMs = 86_400_000;
/** Number of quantiles, as in a trained classifier's reference distribution. */
const quantileCount = 129;

/**
 * Builds a tuning file from a result and its inputs. `records` and `complexity` are those of all records that
 * were used.
 */
export function makeTuningFile(
  found: Found,
  records: readonly OutcomeRecord[],
  complexity: Float64Array,
  settings: TuneSettings,
): TuningFile {
  const { classifier, small, large, text, judge, split, fitted, expiresDays, clock } = settings;
  const now = clock();
  const window = windowOf(records);
  const quantiles = quantilesOf(complexity);
  const prices = pricesOf(found.models, settings.prices, now);
  const data = recordKeysOf(records, "tune", split);
  const served = servedModels(records, found.models);
  const rest: Omit<TuningFile, "version"> = {
    formatVersion: TUNING_FORMAT_VERSION,
    createdAt: new Date(now).toISOString(),
    expiresAt: new Date(now + expiresDays * dayMs).toISOString(),
    kind: found.kind,
    ...(found.threshold === undefined ? {} : { threshold: found.threshold }),
    small,
    large,
    models: found.models,
    policy: found.policy,
    classifier: { name: classifier.name, version: classifier.version },
    text,
    certificate: found.certificate,
    ...(found.categories === undefined ? {} : { categories: found.categories }),
    curve: found.curve,
    quantiles,
    data,
    baseline: baselineOf(found, records, complexity, settings),
    ...(fitted === undefined ? {} : { fitted }),
    ...(prices === undefined ? {} : { prices }),
    ...(Object.keys(served).length === 0 ? {} : { servedModels: served }),
    ...(judge === undefined ? {} : { judge }),
    ...(window === undefined ? {} : { window }),
  };
  // As it will be read: JSON knows no undefined and no Infinity.
  const plain = JSON.parse(JSON.stringify(rest)) as Omit<TuningFile, "version">;
  return { ...plain, version: tuningVersionOf(plain) };
}

function quantilesOf(complexity: Float64Array): readonly number[] {
  const sorted = complexity.filter(Number.isFinite).sort();
  if (sorted.length === 0) return [];
  return Array.from({ length: quantileCount }, (_, index) => {
    const place = (index / (quantileCount - 1)) * (sorted.length - 1);
    const below = sorted[Math.floor(place)] as number;
    const above = sorted[Math.ceil(place)] as number;
    return below + (place - Math.floor(place)) * (above - below);
  });
}

function pricesOf(
  models: readonly string[],
  given: Readonly<Record<string, Price>> | undefined,
  now: number,
): Readonly<Record<string, Price>> | undefined {
  const prices = models.flatMap((name) => {
    const own = given !== undefined && Object.hasOwn(given, name) ? given[name] : undefined;
    const price = own ?? completeFacts({ name, ...readName(name), labels: {} }).price;
    if (price === undefined) return [];
    if (price.changes === undefined) return [[name, price] as const];
    // The price of today, without those that come later.
    const { changes: _, from: __, ...terms }: Price & { from?: string } = termsAt(price, now);
    return [[name, { ...terms, source: price.source, checkedOn: price.checkedOn }] as const];
  });
  return prices.length === 0 ? undefined : Object.fromEntries(prices);
}

function windowOf(records: readonly OutcomeRecord[]): TuningFile["window"] {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const { at } of records) {
    if (at === undefined) continue;
    from = Math.min(from, Date.parse(at));
    to = Math.max(to, Date.parse(at));
  }
  if (from > to) return undefined;
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}
