import type { Decision } from "../src/contracts/index.ts";

/** Traffic of a moment: what the next request is drawn from. */
export interface Traffic {
  /** Power of a uniform number that is the complexity: 1 is uniform, below 1 is harder. */
  readonly power: number;
  /** Shares of languages and categories. */
  readonly languages: Readonly<Record<string, number>>;
  readonly categories: Readonly<Record<string, number>>;
  /** Mean of the logarithm of the tokens. */
  readonly logTokens: number;
  readonly failureShare: number;
}

export const usualTraffic: Traffic = {
  power: 1,
  languages: { en: 0.6, de: 0.2, fr: 0.1, es: 0.06, pt: 0.03, nl: 0.01 },
  categories: { chat: 0.5, code: 0.3, summary: 0.15, extract: 0.05 },
  logTokens: 6,
  failureShare: 0.01,
};

/** Draws a decision of a threshold of 0.7 over this traffic, with as much of it as a drift monitor reads. */
export function drawDecision(
  traffic: Traffic,
  random: () => number,
  changes: Partial<Decision> = {},
): Decision {
  const complexity = random() ** traffic.power;
  const isFailed = random() < traffic.failureShare;
  const spread = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const request = {
    language: drawKey(traffic.languages, random),
    category: drawKey(traffic.categories, random),
    inputTokens: Math.round(Math.exp(traffic.logTokens + spread)),
  };
  return {
    model: isFailed || complexity >= 0.7 ? "large" : "small",
    request,
    ...(isFailed ? { classifierError: "timeout" } : { classification: { complexity } }),
    forced: false,
    versions: { classifier: "complexity@1" },
    ...changes,
  } as unknown as Decision;
}

function drawKey(shares: Readonly<Record<string, number>>, random: () => number): string {
  let left = random();
  let last = "";
  for (const [key, share] of Object.entries(shares)) {
    last = key;
    left -= share;
    if (left < 0) break;
  }
  return last;
}
