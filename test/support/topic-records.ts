import type { OutcomeRecord } from "../../evals/index.ts";
import { seededRandom } from "../../evals/metrics/index.ts";

const topics = {
  travel: {
    words: ["capital", "river", "country", "flag", "island", "train", "hotel", "beach"],
    small: 0.95,
  },
  proofs: {
    words: ["lemma", "integral", "theorem", "prime", "matrix", "bound", "group", "proof"],
    small: 0.2,
  },
} as const;
const filler = ["please", "tell", "me", "about", "the", "of", "some", "and", "in", "more", "short", "detail"];

export interface TopicRecordsOptions {
  readonly seed?: number | undefined;
  /** Prefix of the ids. Default "r". */
  readonly prefix?: string | undefined;
  /** True to set `category`. Default false. */
  readonly categories?: boolean | undefined;
  /** True to draw qualities independently of the prompt. Default false. */
  readonly noise?: boolean | undefined;
}

/**
 * Creates outcomes of the models `small`, `middle` and `large` on invented prompts: the small one is good
 * at travel and bad at proofs, its quality is graded, and the length of a prompt is not informative.
 * Deterministic.
 */
export function topicRecords(count: number, options: TopicRecordsOptions = {}): OutcomeRecord[] {
  const { seed = 1, prefix = "r", categories = false, noise = false } = options;
  const random = seededRandom(seed);
  const pick = (words: readonly string[]): string => words[Math.floor(random() * words.length)] ?? "";
  const graded = (expected: number): number => Math.round(10 * (random() < expected ? 1 : random() / 2)) / 10;
  return Array.from({ length: count }, (_, index) => {
    const category = random() < 0.5 ? "travel" : "proofs";
    const { words, small } = topics[category];
    const length = 4 + Math.floor(random() * 12);
    const text = Array.from({ length }, () => (random() < 0.4 ? pick(words) : pick(filler)));
    return {
      id: `${prefix}${index}`,
      prompt: `${pick(words)} ${text.join(" ")} ${seed}${index}`,
      ...(categories ? { category } : {}),
      outcomes: {
        small: { quality: graded(noise ? 0.5 : small) },
        middle: { quality: graded(noise ? 0.6 : (small + 0.9) / 2) },
        large: { quality: graded(noise ? 0.8 : 0.9) },
      },
    };
  });
}
