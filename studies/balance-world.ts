import { seededRandom } from "../src/loop/statistics/index.ts";
import type { EngineProfile } from "../src/testing/fake-engine/engine-profile.ts";
import type { PromptPiece } from "../src/testing/fake-engine/prefix-cache.ts";

/** A card: dense BF16 TFLOPS, memory bandwidth in GB/s, memory in GB; calls at once and prompt tokens of a step in vLLM. */
interface Card {
  readonly tflops: number;
  readonly gbPerSecond: number;
  readonly gb: number;
  readonly slots: number;
  readonly chunkTokens: number;
}

/**
 * Published figures of the cards, without sparsity, read on 2026-11-27:
 * - H100 SXM: https://archive-lib.hpctech.co.jp/gpuproduct/nvidia-h100.html (1,979 TFLOPS with sparsity, half without)
 * - A100 80GB SXM: https://glennklockwood.com/garden/processors/A100, which cites the maker's data sheet
 * - L40S: https://www.mullet.se/product.html?product_id=355414
 * - L4: https://grokipedia.com/page/NVIDIA_L4_vs_L40S (242 TFLOPS with sparsity, half without)
 * - vLLM's defaults by card: `EngineArgs.get_batch_defaults` in https://github.com/vllm-project/vllm,
 *   vllm/engine/arg_utils.py (70 GiB or more, and no A100: 1,024 and 8,192; else 256 and 2,048)
 */
const large = { slots: 1_024, chunkTokens: 8_192 };
const usual = { slots: 256, chunkTokens: 2_048 };
const cards = {
  h100: { tflops: 989.5, gbPerSecond: 3_350, gb: 80, ...large },
  a100: { tflops: 312, gbPerSecond: 2_039, gb: 80, ...usual },
  l40s: { tflops: 362, gbPerSecond: 864, gb: 48, ...usual },
  l4: { tflops: 121, gbPerSecond: 300, gb: 24, ...usual },
} as const satisfies Readonly<Record<string, Card>>;

/**
 * Qwen3-8B: 8.2 billion weights of two bytes, 36 layers, 8 KV heads of 128 numbers of two bytes
 * (https://huggingface.co/Qwen/Qwen3-8B, config.json).
 */
const weights = 8.2e9;
const weightBytes = 2 * weights;
const kvBytesPerToken = 2 * 36 * 8 * 128 * 2;

/**
 * Share of the peak arithmetic that prompts reach: 15,928 prompt tokens a second were measured for Qwen3-32B (32.8 billion
 * weights) on two H100 with vLLM, by https://github.com/llm-d/llm-d,
 * guides/recipes/router/calibration/configuration-matrix.md. Taken for all cards.
 */
const computeShare = (15_928 * 2 * 32.8e9) / (2 * cards.h100.tflops * 1e12);
/**
 * Share of the bandwidth that decoding reaches: 81 % on an L4, https://arxiv.org/abs/2605.30571. The same paper has 27 %
 * for an H100 without an engine, where the launch of kernels is what takes the time. That engines avoid this, so
 * that the other cards reach the share of the L4, is an assumption.
 */
const bandwidthShare = 0.81;
/** Share of the memory that vLLM takes by default: https://docs.vllm.ai/en/stable/configuration/optimization/. */
const memoryShare = 0.9;

/** Speeds by the roofline: prompts are bound by arithmetic, steps by the reading of weights and KV cache. */
function profileOf({ tflops, gbPerSecond, gb, slots, chunkTokens }: Card): EngineProfile {
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

/**
 * Load: a context that all requests of a customer share, a question, an answer; in tokens, as in llm-d's benchmark of a
 * shared prefix (https://github.com/llm-d/llm-d, guides/optimized-baseline/benchmark-results).
 */
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
