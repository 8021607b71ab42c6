import { only } from "../policies/constraints/only.ts";
import type { RouteRequest } from "../src/contracts/index.ts";

export interface DemoPrompt {
  readonly request: Exclude<RouteRequest<"small" | "large">, string>;
  /** Text shown before the prompt in the table, if the prompt does not say it itself. */
  readonly note?: string | undefined;
  /** Plausible length of the answer, which the simulated model reports. */
  readonly answerTokens: number;
}

/** Typical prompts: mostly easy, some hard; several languages, code, a tool, a later turn, a constraint. */
export const demoPrompts: readonly DemoPrompt[] = [
  ask("What is the capital of Australia?", 10),
  ask("Translate into Spanish: The meeting has moved to Thursday at ten.", 20),
  ask(
    "Design a rate limiter for an API that runs in three regions. It must stay correct when a region is cut off, add at most 2 ms at the median, and let paying customers burst. Compare a token bucket with a sliding window, say which state is replicated and how, and walk through the failure of one region.",
    1_100,
  ),
  ask("Is this review positive or negative? 'The battery died after two days, but support was great.'", 25),
  ask("Write a friendly out-of-office reply for next week.", 90),
  ask(
    "Prove that there are infinitely many primes congruent to 3 modulo 4, and explain why the same argument fails for primes congruent to 1 modulo 4.",
    700,
  ),
  ask("Schreibe eine kurze Einladung zum Sommerfest am 12. Juli.", 110),
  {
    note: "[tool]",
    request: {
      messages: [{ role: "user", content: "Do I need an umbrella in Lisbon tomorrow?" }],
      tools: [
        {
          type: "function",
          function: {
            name: "get_forecast",
            description: "Weather forecast for a city",
            parameters: {
              type: "object",
              properties: { city: { type: "string" }, day: { type: "string", format: "date" } },
              required: ["city", "day"],
            },
          },
        },
      ],
    },
    answerTokens: 30,
  },
  ask("Give me three synonyms for 'quick'.", 12),
  ask(
    `This cache sometimes returns a value that was deleted, but only under load. Find the bug, explain step by step the interleaving that triggers it, fix it without a global lock, and prove that your version never serves a deleted value.

async function get(key) {
  if (cache.has(key)) return cache.get(key);
  const value = await db.load(key);
  cache.set(key, value);
  return value;
}

async function remove(key) {
  cache.delete(key);
  await db.delete(key);
}`,
    650,
  ),
  ask("次の文を英語に訳してください:明日は雨が降りそうなので、傘を持って行きます。", 20),
  ask("Write a SQL query that lists the ten customers with the highest revenue in 2025.", 130),
  {
    note: "[stays on-prem]",
    request: {
      messages: [
        {
          role: "user",
          content:
            "Summarise this discharge note in two sentences and list all interactions between the drugs: 71-year-old with atrial fibrillation, admitted for pneumonia, treated with clarithromycin; long-term warfarin, simvastatin and digoxin.",
        },
      ],
      constraints: [only("small")],
    },
    answerTokens: 160,
  },
  ask("Extract name and date as JSON: 'Maria Lindqvist confirmed the viewing on 3 March.'", 25),
  ask(
    "Soit f une fonction continue de [0, 1] dans [0, 1]. Montrez que f admet un point fixe, puis donnez une condition suffisante pour qu'il soit unique et démontrez-la.",
    500,
  ),
  ask(
    "Derive the gradient of softmax cross-entropy with respect to the logits step by step, then implement forward and backward in NumPy so that they are numerically stable, and write a test that checks them against finite differences.",
    900,
  ),
  {
    note: "[later turn]",
    request: {
      messages: [
        { role: "user", content: "How do I undo my last git commit but keep the changes?" },
        {
          role: "assistant",
          content: "Run `git reset --soft HEAD~1`: the commit goes, its changes stay staged.",
        },
        { role: "user", content: "Great, thanks! And if I already pushed it?" },
      ],
    },
    answerTokens: 120,
  },
  ask("¿Cuál es la diferencia entre 'ser' y 'estar'? Da dos ejemplos.", 140),
  ask("What time is it in Tokyo when it is 9 am in New York in January?", 40),
  ask(
    "A patent licence pays 4 % of net sales, with a minimum of 200,000 a year, rising by the consumer price index. Sales are expected to start at 3 million and grow by 18 % a year with a standard deviation of 12 %. Model the present value of ten years at a discount rate of 9 %, state every assumption, and say which one the result depends on most.",
    1_000,
  ),
];

function ask(prompt: string, answerTokens: number): DemoPrompt {
  return { request: { messages: [{ role: "user", content: prompt }] }, answerTokens };
}
