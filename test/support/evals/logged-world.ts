import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { OutcomeRecord } from "../../../evals/index.ts";
import type { Check, Policy, Router } from "../../../src/contracts/index.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { createRouter } from "../../../src/router/create/create-router.ts";
import { decisionLog } from "../../../src/router/log/decision-log.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { stated } from "./records.ts";

export type Id = "small" | "large";

/** A check that accepts the small model's correct answers, which the answer itself reveals. */
export const looksRight: Check = {
  name: "looksRight",
  reads: "text",
  accepts: (_, answer) => answer.choices[0]?.message.content === "right",
};

export interface World {
  readonly records: readonly OutcomeRecord[];
  /** Creates a router over the world's models. */
  readonly router: (policy: Policy<Id>, file?: string) => Router<Id>;
}

/** US dollars per call: 100 tokens in, 100 out. */
export const costUsd = { small: 0.00002, large: 0.0004 } as const;

/**
 * Creates requests whose complexity x is the first word of their prompt; the small model is right with
 * probability 0.95 - 0.7 x², the large one with 0.93. Three requests form a session, and their outcomes are
 * correlated.
 */
export function worldOf(requests: number, seed: number): World {
  const random = seededRandom(seed);
  const right = new Map<string, Readonly<Record<Id, boolean>>>();
  let luck = 0;
  const records = Array.from({ length: requests }, (_, index): OutcomeRecord => {
    if (index % 3 === 0) luck = (random() - 0.5) * 0.1;
    const x = random();
    const is = { small: random() < 0.95 - 0.7 * x * x + luck, large: random() < 0.93 + luck };
    const prompt = `${x} request ${index}`;
    right.set(prompt, is);
    const outcomeOf = (id: Id) => ({
      quality: Number(is[id]),
      costUsd: costUsd[id],
      checks: { looksRight: is[id] },
    });
    return {
      id: String(index),
      prompt,
      session: `session ${Math.floor(index / 3)}`,
      at: new Date(index * 1_000).toISOString(),
      category: index % 2 === 0 ? "even" : "odd",
      outcomes: { small: outcomeOf("small"), large: outcomeOf("large") },
    };
  });
  const modelOf = (id: Id) =>
    fakeModel({
      name: id,
      price: {
        usdPerMillionInputTokens: (costUsd[id] / 200) * 1e6,
        usdPerMillionOutputTokens: (costUsd[id] / 200) * 1e6,
      },
      usage: { inputTokens: 100, outputTokens: 100 },
      answer: ({ messages }) => (right.get(String(messages[0]?.content))?.[id] ? "right" : "wrong"),
    });
  return {
    records,
    router: (policy, file) => {
      const draws = seededRandom(seed + 1);
      return createRouter({
        models: { small: modelOf("small"), large: modelOf("large") },
        policy,
        classifier: stated,
        random: draws,
        ...(file === undefined ? {} : { onEvent: decisionLog({ file }) }),
      });
    },
  };
}

/** Serves the records, logs and rates them; returns the paths of log and feedback. */
export async function serve(
  { records, router }: World,
  policy: Policy<Id>,
  folder: string,
  name: string,
  isRated: (model: string) => boolean = () => true,
): Promise<{ readonly log: string; readonly feedback: string }> {
  const log = join(folder, `${name}.jsonl`);
  const feedback = join(folder, `${name}-feedback.jsonl`);
  const serving = router(policy, log);
  const lines: string[] = [];
  for (const { prompt = "", session, category } of records) {
    const { decision, text, attempts } = await serving.route({
      messages: [{ role: "user", content: prompt }],
      session,
      category,
    });
    if (isRated(attempts.at(-1)?.model ?? ""))
      lines.push(JSON.stringify({ decisionId: decision.id, quality: Number(text === "right") }));
  }
  await serving.close();
  await writeFile(feedback, `${lines.join("\n")}\n`);
  return { log, feedback };
}
