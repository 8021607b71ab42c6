import type { OutcomeRecord } from "../evals/data/outcomes/outcome-record.ts";
import { renderReport } from "../evals/report/render-report.ts";
import type { Report } from "../evals/report/report.ts";
import { reportData } from "../evals/report/report-data.ts";
import { tuneThreshold } from "../evals/tune/tune-threshold.ts";
import { seededRandom } from "../src/loop/statistics/index.ts";
import { complexity } from "../src/router/classifiers/index.ts";

const small = "vllm:small-8b";
const large = "openai:large";
/** Fixed, so that the same page comes out at any time. */
const now: number = Date.parse("2026-11-26T09:00:00Z");
const day = 86_400_000;

/**
 * Kind of request: beginnings, things and endings that are put together, the range of its difficulty (the
 * probability that the small model fails), and the tokens of an answer.
 */
interface Kind {
  readonly category: string;
  readonly percent: number;
  readonly difficulty: readonly [number, number];
  readonly answerTokens: number;
  readonly parts: readonly (readonly string[])[];
}

const things =
  "invoice parcel refund voucher subscription account password order address keyboard monitor battery charger cable headset camera tablet printer licence seat router backup calendar mailbox contract receipt deposit warranty"
    .split(" ")
    .sort();
const matters =
  "arrived late|was charged twice|is missing a part|shows the wrong name|does not open|was cancelled|needs a new date|was sent to an old flat|makes a loud noise|has a scratch|stopped after the update|cannot be found|is out of stock|was opened by a neighbour|is slower than before|does not fit".split(
    "|",
  );
const places =
  "in the shop|on the phone|since the spring|after the holidays|for a colleague|on my tablet|before the weekend|at the counter|in the app|for our office|with the old contract|since the move".split(
    "|",
  );
const systems =
  "billing ledger|order queue|stock database|session cache|mail gateway|search index|event log|price table|access list|audit trail|import job|rate limiter".split(
    "|",
  );

const kinds: readonly Kind[] = [
  {
    category: "support",
    percent: 46,
    difficulty: [0.0, 0.05],
    answerTokens: 260,
    parts: [
      ["My", "Hello, my", "Hi! The", "Good morning, the", "Please help: our", "The"],
      things,
      matters,
      places,
      [". What can I do?", ", can you help?", ". Is that normal?", ". Whom do I call?", ". Thanks!"],
    ],
  },
  {
    category: "extraction",
    percent: 22,
    difficulty: [0.0, 0.04],
    answerTokens: 160,
    parts: [
      ["Extract the", "List the", "Copy the", "Return as JSON the"],
      things,
      ["and the date from this note: our", "and the name from this mail: the", "from this message: my"],
      things,
      matters,
      places,
    ],
  },
  {
    category: "writing",
    percent: 18,
    difficulty: [0.02, 0.12],
    answerTokens: 420,
    parts: [
      ["Write a friendly reply to a customer whose", "Rewrite this politely: the", "Draft a notice that the"],
      things,
      matters,
      places,
      [", in four sentences.", ", and offer a discount.", ", without an apology.", ", for two languages."],
    ],
  },
  {
    category: "code",
    percent: 9,
    difficulty: [0.25, 0.65],
    answerTokens: 700,
    parts: [
      [
        "Find the race condition in our",
        "Write a TypeScript function that migrates the",
        "Explain step by step why the query against the",
        "Refactor and test the",
      ],
      systems,
      ["that holds every", "whose index on the", "which locks the", "that expires each"],
      things,
      ["and the", "before the", "next to the"],
      things,
      [
        ": it must stay correct when two writers collide, and it may not lose an entry after a crash.",
        ". Give the complexity, the failure modes, and a property test.",
        ", then compare optimistic with pessimistic locking and prove that no deadlock remains.",
      ],
    ],
  },
  {
    category: "analysis",
    percent: 5,
    difficulty: [0.3, 0.75],
    answerTokens: 750,
    parts: [
      [
        "Derive the expected cost per",
        "Model how often each",
        "Prove a bound on the delay of every",
        "Estimate the value of a",
      ],
      things,
      [
        "if a return follows with probability p and its handling time is exponential",
        "under a contract that rises with the consumer price index",
        "when demand doubles each year and capacity is fixed",
      ],
      ["and the"],
      things,
      matters,
      [
        ". State every assumption, show each step, and say which one the result depends on most.",
        ". Compare two estimators, derive their variance, and explain when the first one fails.",
      ],
    ],
  },
];

/** Draws requests with the outcomes of both models, which depend on a difficulty that no prompt names. */
function simulatedRecords(count: number, seed: number): readonly OutcomeRecord[] {
  const random = seededRandom(seed);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  const urn = kinds.flatMap((kind) => Array.from({ length: kind.percent }, () => kind));
  return Array.from({ length: count }, (_, index) => {
    const kind = pick(urn);
    const prompt = kind.parts
      .map(pick)
      .join(" ")
      .replaceAll(/ (?=[,.:])/g, "");
    const [least, most] = kind.difficulty;
    const difficulty = least + (most - least) * random();
    const inputTokens = Math.round(prompt.length / 4);
    const outputTokens = Math.round(kind.answerTokens * (0.6 + 0.8 * random()));
    const outcome = (failure: number, usdPerMillionInput: number, usdPerMillionOutput: number) => ({
      quality: random() < failure ? 0 : 1,
      costUsd: (inputTokens * usdPerMillionInput + outputTokens * usdPerMillionOutput) / 1e6,
    });
    return {
      id: `desk-${seed}-${index}`,
      at: new Date(now - 30 * day + (30 * day * index) / count).toISOString(),
      prompt,
      category: kind.category,
      outcomes: {
        [small]: outcome(difficulty, 0.1, 0.4),
        [large]: outcome(0.01 + 0.06 * difficulty, 1.25, 10),
      },
    };
  });
}

/** Tunes a threshold on simulated records, and reports on others. */
export async function simulatedReport(): Promise<Report> {
  const pair = { small, large, classifier: complexity() };
  const tuned = simulatedRecords(8_000, 1);
  const known = new Set(tuned.map(({ prompt }) => prompt));
  const fresh = simulatedRecords(3_000, 2).filter(({ prompt }) => !known.has(prompt));
  const tuning = await tuneThreshold(tuned, {
    ...pair,
    target: { maxLoss: 0.02 },
    judge: "a simulated grader",
    clock: () => now - 3 * day,
  });
  return reportData(fresh, {
    ...pair,
    tuning,
    requestsPerMonth: 2_000_000,
    outcomes: "simulated-desk.jsonl (simulated: nothing was measured)",
    now,
  });
}

/** The same as a page. */
export async function simulatedPage(): Promise<string> {
  return renderReport(await simulatedReport());
}
