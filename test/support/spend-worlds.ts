import type { SpendRequest } from "../../evals/monitor/spend/spend-request.ts";
import type { Price } from "../../src/contracts/index.ts";
import { seededRandom } from "../../src/loop/statistics/index.ts";

/** A kind of traffic of which both models' answers are known. */
export interface SpendWorld {
  readonly name: string;
  /** Returns a length around 1, from numbers in [0, 1). */
  readonly length: (random: () => number) => number;
  /** Share of requests whose model is drawn evenly. */
  readonly explored: number;
  readonly requests: number;
  /** True for conversations, of which the large model's provider caches what was said. */
  readonly talks?: boolean;
}

export interface SpendLog {
  readonly requests: readonly SpendRequest[];
  /** Saving of this log, and the one that is expected of such requests, in US dollars. */
  readonly savedUsd: number;
  readonly expectedUsd: number;
}

export const largePrice: Price = {
  usdPerMillionInputTokens: 2.5,
  usdPerMillionOutputTokens: 15,
  usdPerMillionCachedInputTokens: 0.25,
};
const smallUsd = { input: 0.1e-6, output: 0.4e-6 };
const largeUsd = { input: 2.5e-6, cached: 0.25e-6, output: 15e-6 };

const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

export const logNormal =
  (sd: number) =>
  (random: () => number): number =>
    Math.exp(sd * normal(random));
export const pareto =
  (exponent: number) =>
  (random: () => number): number =>
    Math.min(1_000, (1 - random()) ** (-1 / exponent));
/** Weibull: exponential for a shape of 1, with a heavier tail below. */
export const weibull =
  (shape: number) =>
  (random: () => number): number =>
    (-Math.log(1 - random())) ** (1 / shape);
/** Short answers, and one in fifty that is about ten times as long. */
export const mixed = (random: () => number): number =>
  Math.exp((random() < 0.02 ? 2.3 : 0) + 0.5 * normal(random));

/** Draws a log: hard requests go to the large model, and a lottery explores. */
export function spendLog(
  { length, explored, requests: count, talks = false }: SpendWorld,
  seed: number,
): SpendLog {
  const random = seededRandom(seed);
  const requests: SpendRequest[] = [];
  let [savedUsd, expectedUsd, session] = [0, 0, 0];
  while (requests.length < count) {
    session += 1;
    const turns = talks ? Math.min(12, 1 + Math.floor(-1.5 * Math.log(1 - random()))) : 1;
    const base = random();
    let prefix = 0;
    let before: boolean | undefined;
    for (let turn = 0; turn < turns; turn += 1) {
      const complexity = 0.6 * base + 0.4 * random();
      const inputTokens = prefix + Math.round(60 * Math.exp(0.8 * normal(random)));
      const output = 1 + Math.min(64_000, Math.round(150 * (0.4 + complexity) * length(random)));
      const short = 1 + Math.round(output * Math.exp(0.3 * normal(random)));
      const kept = talks && prefix >= 1_024 && random() < 0.7 ? prefix : 0;
      const costWith = (cached: number): number =>
        (inputTokens - cached) * largeUsd.input + cached * largeUsd.cached + output * largeUsd.output;
      const cheap = inputTokens * smallUsd.input + short * smallUsd.output;
      const toLarge = (complexity >= 0.6 ? 1 - explored : 0) + explored / 2;
      const isLarge = random() < toLarge;
      const cached = before === true ? kept : 0;
      savedUsd += costWith(kept) - (isLarge ? costWith(cached) : cheap);
      expectedUsd += costWith(kept) - toLarge * costWith(cached) - (1 - toLarge) * cheap;
      const at = session * 1_000_000 + turn * 30_000;
      requests.push({
        decision: {
          request: {
            ...facts,
            inputTokens,
            turns: turn + 1,
            ...(talks && { session: `s${session}` }),
          } as SpendRequest["decision"]["request"],
          classification: { complexity } as NonNullable<SpendRequest["decision"]["classification"]>,
        },
        at,
        answeredAt: at + 1_000,
        spentUsd: isLarge ? costWith(cached) : cheap,
        large: isLarge ? { inputTokens, outputTokens: output, cachedInputTokens: cached } : undefined,
        first: isLarge ? "large" : "small",
        propensity: isLarge ? toLarge : 1 - toLarge,
        forced: false,
        failed: false,
        refused: [],
        largeId: isLarge ? "large" : undefined,
        answerTokens: isLarge ? output : short,
      });
      prefix = inputTokens + output;
      before = isLarge;
    }
  }
  return { requests, savedUsd, expectedUsd };
}

const facts = { characters: 400, askCharacters: 400, tools: 0, images: 0, labels: {} };
