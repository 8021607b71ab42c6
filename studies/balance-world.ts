import { seededRandom } from "../src/statistics/seeded-random.ts";
import type { EngineProfile } from "../src/testing/fake-engine/engine-profile.ts";
import type { PromptPiece } from "../src/testing/fake-engine/prefix-cache.ts";

/** A card: dense BF16 TFLOPS, memory bandwidth in GB/s, memory in GB. */
interface Card {
  readonly tflops: number;
  readonly gbPerSecond: number;
  readonly gb: number;
}

/**
 * Assumed for H100 SXM, A100 80GB SXM, L40S and L4 (without sparsity). These and the constants below were written down
 * from memory: check them against the makers' pages before you quote a result.
 */
const cards = {
  h100: { tflops: 989, gbPerSecond: 3_350, gb: 80 },
  a100: { tflops: 312, gbPerSecond: 2_039, gb: 80 },
  l40s: { tflops: 362, gbPerSecond: 864, gb: 48 },
  l4: { tflops: 121, gbPerSecond: 300, gb: 24 },
} as const satisfies Readonly<Record<string, Card>>;

/** A model like Qwen3-8B: 8.2 billion weights of two bytes, 36 layers, 8 KV heads of 128 numbers of two bytes. */
const weights = 8.2e9;
const weightBytes = 2 * weights;
const kvBytesPerToken = 2 * 36 * 8 * 128 * 2;

/**
 * Share of the peak arithmetic that prompts reach: with it an H100 computes 20,480 prompt tokens a second, which
 * llm-d's router takes for its peak.
 */
const computeShare = (20_480 * 2 * weights) / (cards.h100.tflops * 1e12);
/** Share of the bandwidth that decoding reaches: assumed. */
const bandwidthShare = 0.6;
/** Share of the memory that an engine takes, calls at once, prompt tokens of a step: assumed, about vLLM's defaults. */
const memoryShare = 0.9;
const slots = 256;
const chunkTokens = 2_048;

/** Speeds by the roofline: prompts are bound by arithmetic, steps by the reading of weights and KV cache. */
function profileOf({ tflops, gbPerSecond, gb }: Card): EngineProfile {
  const bytesPerMs = gbPerSecond * 1e6 * bandwidthShare;
  return {
    prefillTokensPerSecond: (tflops * 1e12 * computeShare) / (2 * weights),
    prefillChunkTokens: chunkTokens,
    stepMs: weightBytes / bytesPerMs,
    stepMsPer1000ContextTokens: (1_000 * kvBytesPerToken) / bytesPerMs,
    slots,
    kvTokens: Math.floor((gb * 1e9 * memoryShare - weightBytes) / kvBytesPerToken),
  };
}

/** Endpoints of the study. */
export const fleets: Readonly<Record<"unequal" | "equal", readonly EngineProfile[]>> = {
  unequal: [cards.h100, cards.a100, cards.l40s, cards.l4].map(profileOf),
  equal: [cards.a100, cards.a100, cards.a100, cards.a100].map(profileOf),
};

/** Assumed load: a context that all requests of a customer share, a question, an answer; in tokens. */
const contextTokens = 6_000;
const questionTokens = 1_200;
const answerTokens = 1_000;
export const sessions = 64;

export interface Arrival {
  readonly atMs: number;
  readonly session: string;
  readonly prompt: readonly PromptPiece[];
  readonly answer: PromptPiece;
}

/** Draws requests at random times (Poisson) from the sessions, each as likely, until `untilMs`. */
export function drawArrivals(
  perSecond: number,
  untilMs: number,
  seed: number,
  among: number = sessions,
): readonly Arrival[] {
  const random = seededRandom(seed);
  const arrivals: Arrival[] = [];
  const wait = (): number => (-Math.log(1 - random()) / perSecond) * 1_000;
  for (let atMs = wait(); atMs < untilMs; atMs += wait()) {
    const session = `session ${Math.floor(random() * among)}`;
    const turn = `${session}/${arrivals.length}`;
    // Lengths of questions and answers vary from a half to one and a half of the mean.
    const varied = (mean: number): number => Math.round(mean * (0.5 + random()));
    arrivals.push({
      atMs,
      session,
      prompt: [
        { hash: session, tokens: contextTokens },
        { hash: `${turn}?`, tokens: varied(questionTokens) },
      ],
      answer: { hash: `${turn}!`, tokens: varied(answerTokens) },
    });
  }
  return arrivals;
}
