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
  /** Of the ids. Default "r". */
  readonly prefix?: string | undefined;
  /** Default false: no `category`. */
  readonly categories?: boolean | undefined;
  /** Makes qualities coins that know nothing of the prompt. Default false. */
  readonly noise?: boolean | undefined;
}

/**
 * Outcomes of the models `small`, `middle` and `large` on made-up prompts: the small one knows travel
 * and no proofs, its quality is graded, and the length of a prompt says nothing. Deterministic.
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
