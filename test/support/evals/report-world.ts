import type { OutcomeRecord } from "../../../evals/data/outcomes/outcome-record.ts";
import type { Classifier } from "../../../src/contracts/index.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { wordOf } from "./word-of.ts";

export const small = "vllm:qwen";
export const large = "openai:gpt-5";
/** The tests' current time, 2026-12-01. */
export const now: number = Date.parse("2026-12-01T00:00:00Z");

/** A classifier that reads the complexity at the start of the prompt, and fails if there is none. */
export const stated: Classifier = {
  name: "stated",
  version: "1",
  classify: ({ ask }) => {
    const complexity = Number.parseFloat(ask);
    if (Number.isNaN(complexity)) throw new Error("no number");
    return { complexity };
  },
};

/** A classifier like `stated` that also estimates the quality of each model. */
export const estimating: Classifier = {
  name: "estimating",
  version: "1",
  classify: ({ ask }) => {
    const complexity = Number.parseFloat(ask);
    return { complexity, quality: { [small]: 1 - 0.8 * complexity, [large]: 0.95 } };
  },
};

/** Creates records whose prompts begin with their complexity, with which the small model fails more often. */
export function reportRecords(
  count: number,
  change: (record: OutcomeRecord, index: number) => OutcomeRecord = (record) => record,
): OutcomeRecord[] {
  const random = seededRandom(7);
  return Array.from({ length: count }, (_, index) => {
    const complexity = random();
    const record: OutcomeRecord = {
      id: `r${index}`,
      prompt: `${complexity} request number ${wordOf(index)}`,
      category: ["chat", "code", "mathematics"][index % 3],
      outcomes: {
        [small]: { quality: random() < 0.8 * complexity ? 0 : 1, costUsd: 0.0001 },
        [large]: { quality: random() < 0.05 ? 0 : 1, costUsd: 0.002 },
      },
    };
    return change(record, index);
  });
}

/** HTML that must never run or escape its context. */
export const hostile =
  `</style></script><script>globalThis.owned = 1</script><img src=x onerror="globalThis.owned=1">` +
  `"'\`--><svg onload=globalThis.owned=1> \u202Egnp.exe\u0000 \u{E0041} \uD800`;
