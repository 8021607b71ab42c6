import type { LoggedDecision } from "../evals/data/decisions/join-feedback.ts";
import type { OffPolicyTarget } from "../evals/monitor/off-policy/read-rows.ts";
import { threshold } from "../policies/threshold.ts";
import type { Decision, RequestFacts } from "../src/contracts/index.ts";
import { seededRandom } from "../src/loop/statistics/index.ts";

export type LoggedId = "small" | "large";

/** Traffic of two models, of which the mean rewards are known. A request has a complexity x in [0, 1]. */
export interface LoggedWorld {
  readonly name: string;
  /** Decisions of a log. */
  readonly rows: number;
  /** Share of the requests that the logged policy explores. */
  readonly epsilon: number;
  /** Thresholds of the logged policy and of the target. */
  readonly loggedAt: number;
  readonly targetAt: number;
  /** Expected quality of a model. */
  readonly quality: Readonly<Record<LoggedId, (x: number) => number>>;
  /** Draws a quality around its expectation. Default: 1 with that probability, else 0. */
  readonly draw?: ((mean: number, random: () => number) => number) | undefined;
  /** Standard deviation of the logarithm of a cost. Default 0.5. */
  readonly costSpread?: number | undefined;
  /** Most requests of a session; sizes are uniform. Default 1. */
  readonly session?: number | undefined;
  /** Largest effect of a session on the expected qualities of its requests. Default 0. */
  readonly luck?: number | undefined;
  /** Share of the answers of a model that are rated. Default 1. */
  readonly rated?: Readonly<Record<LoggedId, number>> | undefined;
}

/** Mean cost of a call in US dollars. */
const meanUsd: Readonly<Record<LoggedId, number>> = { small: 0.0001, large: 0.002 };

const decided = (small: number, large = 0.93): LoggedWorld["quality"] => ({
  small: (x) => small - 0.65 * x * x,
  large: () => large,
});
const rare: LoggedWorld["quality"] = { small: (x) => 1 - 0.04 * x, large: () => 0.995 };

const scarce: LoggedWorld["quality"] = { small: (x) => 0.02 * (1 - x), large: () => 0.03 };

/** Draws a grade: most near the expectation, some far below it. */
const graded = (mean: number, random: () => number): number => {
  // Half of what is missing to 1 comes from failures.
  const fails = (1 - mean) / 2;
  if (random() < fails) return 0;
  const rest = 1 - mean / (1 - fails);
  return 1 - 2 * rest * random();
};

export const loggedWorlds: readonly LoggedWorld[] = [
  { name: "explore(0.2), 600 decisions", rows: 600, epsilon: 0.2 },
  { name: "explore(0.2), 2,000 decisions", rows: 2_000, epsilon: 0.2 },
  { name: "explore(0.5), sessions of 1 to 5", rows: 1_000, epsilon: 0.5, session: 5, luck: 0.05 },
  { name: "explore(0.5), a third is rated", rows: 1_500, epsilon: 0.5, rated: { small: 0.3, large: 0.4 } },
  { name: "explore(0.05), 1,000 decisions", rows: 1_000, epsilon: 0.05 },
  { name: "explore(0.02)", rows: 2_000, epsilon: 0.02 },
  { name: "rare failures, explore(0.5)", rows: 1_000, epsilon: 0.5, quality: rare },
  { name: "rare failures, explore(0.02)", rows: 2_000, epsilon: 0.02, quality: rare },
  { name: "rare successes, explore(0.2)", rows: 1_000, epsilon: 0.2, quality: scarce },
  { name: "grades, explore(0.5)", rows: 1_000, epsilon: 0.5, draw: graded },
  { name: "grades, explore(0.02)", rows: 1_000, epsilon: 0.02, draw: graded },
  { name: "costs of heavy tails, explore(0.5)", rows: 1_000, epsilon: 0.5, costSpread: 1 },
].map((world) => ({ loggedAt: 0.4, targetAt: 0.7, quality: decided(0.95), ...world }));

/** Expected reward of the target, and of the logged policy. */
export interface Truth {
  readonly target: number;
  readonly logged: number;
}

/** Integrates the expected quality and cost of a world. */
export function truthOf(world: LoggedWorld): { readonly quality: Truth; readonly costUsd: Truth } {
  const steps = 2_000;
  const sum = { quality: { target: 0, logged: 0 }, costUsd: { target: 0, logged: 0 } };
  for (let step = 0; step < steps; step += 1) {
    const x = (step + 0.5) / steps;
    const shares = { target: x < world.targetAt ? 1 : 0, logged: loggedShare(world, x) };
    for (const policy of ["target", "logged"] as const) {
      const small = shares[policy];
      sum.quality[policy] += (small * world.quality.small(x) + (1 - small) * world.quality.large(x)) / steps;
      sum.costUsd[policy] += (small * meanUsd.small + (1 - small) * meanUsd.large) / steps;
    }
  }
  return sum;
}

function loggedShare({ epsilon, loggedAt }: LoggedWorld, x: number): number {
  return (x < loggedAt ? 1 - epsilon : 0) + epsilon / 2;
}

/** Target of a world, whose effect the log must show. */
export function targetOf({ targetAt }: LoggedWorld): OffPolicyTarget<LoggedId> {
  const facts = (name: LoggedId) => ({ name, provider: "recorded", model: name, labels: {} });
  return {
    models: { small: facts("small"), large: facts("large") },
    policy: threshold<LoggedId>({ small: "small", large: "large", at: targetAt }),
  };
}

/** Draws the log of a router with `explore(epsilon, threshold)`, and feedback, as they are read from files. */
export function drawLog(world: LoggedWorld, seed: number): LoggedDecision[] {
  const random = seededRandom(seed);
  const { rows, session = 1, luck = 0, draw, costSpread = 0.5, rated } = world;
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const log: LoggedDecision[] = [];
  let left = 0;
  let number = 0;
  let own = 0;
  for (let row = 0; row < rows; row += 1) {
    if (left === 0) {
      left = 1 + Math.floor(random() * session);
      number += 1;
      own = luck * (2 * random() - 1);
    }
    left -= 1;
    const x = random();
    const share = loggedShare(world, x);
    const id: LoggedId = random() < share ? "small" : "large";
    const mean = Math.max(0, Math.min(1, world.quality[id](x) + own));
    const quality = draw === undefined ? Number(random() < mean) : draw(mean, random);
    const costUsd = meanUsd[id] * Math.exp(costSpread * gauss() - costSpread ** 2 / 2);
    const isRated = random() < (rated?.[id] ?? 1);
    log.push({
      decision: decisionOf(
        row,
        x,
        id,
        id === "small" ? share : 1 - share,
        costUsd,
        session > 1 ? String(number) : undefined,
      ),
      line: row + 1,
      quality: isRated ? quality : undefined,
      feedback: Number(isRated),
    });
  }
  return log;
}

function decisionOf(
  row: number,
  complexity: number,
  model: LoggedId,
  propensity: number,
  costUsd: number,
  session: string | undefined,
): LoggedDecision["decision"] {
  const request = {
    askCharacters: 40,
    windowCharacters: 40,
    inputTokens: 10,
    expectedOutputTokens: 100,
    turns: 1,
    tools: 0,
    images: 0,
    jsonSchema: false,
    toolLoopPending: false,
    labels: {},
    ...(session === undefined ? {} : { session }),
  } as unknown as RequestFacts;
  const decision = {
    id: String(row),
    at: "2026-11-01T00:00:00.000Z",
    model,
    plan: [{ model }],
    request,
    classification: { complexity },
    candidates: [
      { model: "small", permitted: true },
      { model: "large", permitted: true },
    ],
    policy: { name: "explore" },
    reason: "drawn",
    propensity,
    forced: false,
    certified: false,
    versions: { package: "0", classifier: "stated@1", catalogue: "0", policy: "0" },
  } as unknown as Decision;
  return { ...decision, attempts: [], costUsd };
}
