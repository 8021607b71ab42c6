import type { OutcomeRecord } from "../evals/data/outcomes/outcome-record.ts";
import { checkCertificate } from "../evals/monitor/gate/check-certificate.ts";
import { tuneThreshold } from "../evals/tune/tune-threshold.ts";
import type { TuningFile } from "../evals/tune/tuning-file.ts";
import { type Classifier, isRouterError } from "../src/contracts/index.ts";
import { seededRandom } from "../src/loop/statistics/index.ts";

/** Fresh outcomes for the gate, and what has become worse since the tuning. */
export interface GateScenario {
  readonly name: string;
  /** Records that are tuned on, and that are checked with. */
  readonly tuned: number;
  readonly records: number;
  /** True: the records that were tuned on, answered once more. */
  readonly paired: boolean;
  /** Quality that each model has lost, in [0, 1]. */
  readonly worse: { readonly small: number; readonly large: number };
}

const nothing = { small: 0, large: 0 };
export const gateScenarios: readonly GateScenario[] = [
  { name: "nothing, the same 2,000", tuned: 2_000, records: 2_000, paired: true, worse: nothing },
  { name: "nothing, 2,000 others", tuned: 2_000, records: 2_000, paired: false, worse: nothing },
  { name: "nothing, 5,000 others", tuned: 5_000, records: 5_000, paired: false, worse: nothing },
  {
    name: "small -3 points, the same 2,000",
    tuned: 2_000,
    records: 2_000,
    paired: true,
    worse: { small: 0.03, large: 0 },
  },
  {
    name: "large -3 points, the same 2,000",
    tuned: 2_000,
    records: 2_000,
    paired: true,
    worse: { small: 0, large: 0.03 },
  },
  {
    name: "small -3 points, 5,000 others",
    tuned: 5_000,
    records: 5_000,
    paired: false,
    worse: { small: 0.03, large: 0 },
  },
  {
    name: "small -5 points, 2,000 others",
    tuned: 2_000,
    records: 2_000,
    paired: false,
    worse: { small: 0.05, large: 0 },
  },
];

export interface GateSimulation {
  /** Runs with a certificate. */
  readonly runs: number;
  /** Runs that the gate failed. */
  readonly failed: number;
  /** Number of runs that each check failed. */
  readonly by: Readonly<Record<string, number>>;
}

const [small, large] = ["vllm:little", "openai:big"];

/** Reads the complexity from the prompt. */
const stated: Classifier = {
  name: "stated",
  version: "1",
  classify: ({ ask }) => ({ complexity: Number.parseFloat(ask) }),
};

/** Tunes on draws of a world and checks the certificate by new outcomes. */
export async function simulateGate(scenario: GateScenario, runs: number): Promise<GateSimulation> {
  const by: Record<string, number> = {};
  let [count, failed] = [0, 0];
  for (let run = 0; run < runs; run += 1) {
    const records = draw(scenario.tuned, 3 * run + 1);
    const tuning = await tune(records, run);
    if (tuning === undefined) continue;
    const fresh = scenario.paired ? again(records, 3 * run + 2) : draw(scenario.records, 3 * run + 2);
    const now = Date.parse(tuning.createdAt);
    const report = await checkCertificate(tuning, worsened(fresh, scenario, 3 * run + 3), {
      classifier: stated,
      now,
    });
    count += 1;
    if (!report.passed) failed += 1;
    for (const { name, verdict } of report.checks) if (verdict === "failed") by[name] = (by[name] ?? 0) + 1;
  }
  return { runs: count, failed, by };
}

async function tune(records: readonly OutcomeRecord[], seed: number): Promise<TuningFile | undefined> {
  try {
    const options = { small, large, classifier: stated, seed, resamples: 1, independentPrompts: true };
    return await tuneThreshold(records, { ...options, target: { maxLoss: 0.05 } });
  } catch (error) {
    if (isRouterError(error, "insufficient-evidence")) return undefined;
    throw error;
  }
}

/** Draws requests with outcomes of both models. */
function draw(count: number, seed: number): OutcomeRecord[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const x = random();
    const outcome = (right: boolean, costUsd: number) => ({
      quality: Number(right),
      costUsd: costUsd * Math.exp(0.5 * (random() + random() + random() - 1.5)),
    });
    return {
      id: `${seed}-${index}`,
      prompt: `${x} request ${seed} ${index}`,
      outcomes: {
        [small as string]: outcome(random() < rightOf(small as string, x), 0.0001),
        [large as string]: outcome(random() < rightOf(large as string, x), 0.002),
      },
    };
  });
}

/** Share of the answers that are drawn again when a model is asked once more: some 6 % of grades change then. */
const redrawn = 0.2;

/** Answers records once more, by models that are as good as they were on each request. */
function again(records: readonly OutcomeRecord[], seed: number): OutcomeRecord[] {
  const random = seededRandom(seed);
  return records.map((record) => {
    const x = Number.parseFloat(record.prompt ?? "");
    const outcomes = Object.entries(record.outcomes).map(([model, outcome]) => {
      const isNew = random() < redrawn;
      const quality = Number(random() < rightOf(model, x));
      return [model, isNew ? { ...outcome, quality } : outcome];
    });
    return { ...record, outcomes: Object.fromEntries(outcomes) };
  });
}

/** Probability that a model is right: of the small one 95 % on the easiest requests, 45 % on the hardest. */
function rightOf(model: string, x: number): number {
  return model === small ? 0.95 - 0.5 * x * x : 0.93;
}

/** Makes right answers wrong, until a model's quality is lower by what the scenario says. */
function worsened(records: readonly OutcomeRecord[], { worse }: GateScenario, seed: number): OutcomeRecord[] {
  const random = seededRandom(seed);
  const meanOf = (model: string): number =>
    records.reduce((sum, { outcomes }) => sum + (outcomes[model]?.quality ?? 0), 0) / records.length;
  const lost = new Map([
    [small as string, worse.small / meanOf(small as string)],
    [large as string, worse.large / meanOf(large as string)],
  ]);
  return records.map((record) => ({
    ...record,
    outcomes: Object.fromEntries(
      Object.entries(record.outcomes).map(([model, outcome]) => {
        const isLost = random() < (lost.get(model) as number);
        return [model, isLost ? { ...outcome, quality: 0 } : outcome];
      }),
    ),
  }));
}
