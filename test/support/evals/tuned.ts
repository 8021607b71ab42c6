import type { OutcomeRecord } from "../../../evals/data/outcomes/outcome-record.ts";
import { recordKeysOf } from "../../../evals/data/split/record-keys.ts";
import type { Certificate } from "../../../evals/tune/certificate.ts";
import { type TuningFile, tuningVersionOf } from "../../../evals/tune/tuning-file.ts";
import type { Price } from "../../../src/contracts/index.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { wordOf } from "./word-of.ts";

export const small = "vllm:qwen";
export const large = "openai:gpt-5";
/** The tests' current time, 2026-12-01, between creation and expiry of `tuned()`. */
export const now: number = Date.parse("2026-12-01T00:00:00Z");

/** The catalogue's price of the large model. */
export const largePrice: Price = {
  usdPerMillionInputTokens: 1.25,
  usdPerMillionOutputTokens: 10,
  usdPerMillionCachedInputTokens: 0.125,
};
export const smallPrice: Price = { usdPerMillionInputTokens: 0.1, usdPerMillionOutputTokens: 0.4 };

export interface World {
  readonly count: number;
  /** Share of the requests below the threshold on which the small model is wrong and the large one right. */
  readonly loss: number;
  readonly seed?: number;
  /** Maps a uniform random number to a complexity. */
  readonly score?: (uniform: number) => number;
  readonly rest?: (index: number) => Partial<OutcomeRecord>;
}

/** Creates records whose prompts begin with their complexity, for the classifier `stated`. */
export function recordsOf({ count, loss, seed = 1, score = (one) => one, rest }: World): OutcomeRecord[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const complexity = score(random());
    const lost = random() < loss ? 0 : 1;
    return {
      id: `${seed}-${index}`,
      prompt: `${complexity} request ${wordOf(index)} ${seed}`,
      outcomes: { [small]: { quality: lost }, [large]: { quality: 1 } },
      ...rest?.(index),
    };
  });
}

const certificate: Certificate = {
  guarantee: "mean",
  target: { maxLoss: 0.05 },
  maxLoss: 0.05,
  confidence: 0.95,
  test: "betting",
  records: 1_000,
  choosing: 0,
  skipped: 0,
  unclassified: 0,
  units: 1_000,
  groupBy: ["prompt", "group", "session", "tenant"],
  largestUnit: 1,
  seed: 1,
  threshold: 0.5,
  loss: 0.02,
  upperBound: 0.04,
  pValue: 0.001,
  largeCallRate: 0.5,
  quality: { small: 0.9, large: 1, routed: 0.98 },
  notes: [],
};

export interface Tuned extends Partial<Omit<TuningFile, "certificate">> {
  readonly certificate?: Partial<Certificate>;
}

/** Creates a tuning file: threshold 0.5 between the two models, loss at most 0.05 with 95 % confidence. */
export function tuned({ certificate: changed, ...rest }: Tuned = {}): TuningFile {
  const file: Omit<TuningFile, "version"> = {
    formatVersion: 1,
    createdAt: "2026-11-01T00:00:00.000Z",
    expiresAt: "2027-01-30T00:00:00.000Z",
    kind: "threshold",
    threshold: 0.5,
    policy: { name: "threshold", parameters: { small, large, at: 0.5, otherwise: large } },
    models: [small, large],
    small,
    large,
    classifier: { name: "stated", version: "1" },
    text: "prompt",
    quantiles: Array.from({ length: 129 }, (_, index) => index / 128),
    certificate: { ...certificate, ...changed },
    curve: [{ threshold: 0.5, largeCallRate: 0.5, loss: 0.02, quality: 0.98, pValue: 0.001, accepted: true }],
    data: recordKeysOf(recordsOf({ count: 100, loss: 0.02, seed: 99 }), "tune"),
    prices: { [small]: smallPrice, [large]: largePrice },
    ...rest,
  };
  return { ...file, version: tuningVersionOf(file) };
}
