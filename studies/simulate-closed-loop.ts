import { join } from "node:path";
import { readOutcomes } from "../evals/data/outcomes/read-outcomes.ts";
import type { LoopStatus } from "../evals/monitor/loop/loop-status.ts";
import { measureLoop } from "../evals/monitor/loop/measure-loop.ts";
import { readLoop } from "../evals/monitor/loop/read-loop.ts";
import { tuneThreshold } from "../evals/tune/tune-threshold.ts";
import type { TuningFile } from "../evals/tune/tuning-file.ts";
import { always } from "../policies/always.ts";
import { threshold } from "../policies/threshold.ts";
import type { RouterEvent } from "../src/contracts/index.ts";
import { createRouter } from "../src/index.ts";
import {
  type AuditedRecord,
  cost,
  createAudit,
  createPromise,
  createRollout,
  errors,
  keepPromise,
  quality,
  type Rollout,
  type RolloutStage,
  type RolloutStatus,
} from "../src/loop/index.ts";
import { seededRandom } from "../src/loop/statistics/index.ts";
import { complexity } from "../src/router/classifiers/index.ts";
import { hardest, type LoopModel, openWorld } from "./closed-loop-world.ts";

/** Size of a loop. */
export interface LoopPlan {
  readonly seed: number;
  /** Folder for the file of the audit. */
  readonly folder: string;
  /** Stages of both rollouts, the last one with all requests. */
  readonly stages: readonly RolloutStage[];
  /** Probability with which a request is audited. */
  readonly rate: number;
  /** Largest number of requests in a session. */
  readonly mostTurns: number;
  /** Sessions that send a request at the same time. With 1 a seed gives the same numbers each time. */
  readonly concurrency: number;
  /** Largest number of requests of a part of the loop. */
  readonly mostRequests: number;
}

/** Traffic of a part of the loop. */
export interface LoopPart {
  readonly name: string;
  /** End of the part. */
  readonly end: string;
  readonly requests: number;
  /** Requests that got an answer, and those of them that a fallback answered. */
  readonly answered: number;
  readonly fallbacks: number;
  /** Requests that were audited. */
  readonly audited: number;
  /** Days of simulated time. */
  readonly days: number;
  /** Requests that were to go to the small model. */
  readonly toSmall: number;
  /** Mean loss against always-large, by the hidden probabilities. */
  readonly trueLoss: number;
  readonly costUsd: number;
}

export interface ClosedLoop {
  readonly tuning: TuningFile;
  /** Mean loss of the tuned threshold on the requests before the certificate, by the hidden probabilities. */
  readonly trueLossOfTuning: number;
  readonly parts: readonly LoopPart[];
  readonly first: RolloutStatus;
  readonly second: RolloutStatus;
  /** Status of the loop at the certificate, and when the promise had broken. */
  readonly atTuning: LoopStatus;
  readonly atBreak: LoopStatus;
  readonly auditUsd: number;
}

/** Stages of a rollout as the guide describes it: 1, 5, 25, 50 and 100 % after the shadow. */
export const fullStages: readonly RolloutStage[] = [
  { shadow: true, requests: 50 },
  { share: 0.01, units: 5 },
  { share: 0.05, units: 10 },
  { share: 0.25, units: 50 },
  { share: 0.5, units: 200 },
  { share: 1, units: 50 },
];
/** Loss of quality that is permitted. */
export const maxLoss = 0.05;
const confidence = 0.95;
const msPerDay = 86_400_000;
const betweenSessionsMs = 60_000;
const betweenTurnsMs = 20_000;
/** Records of the first look for a certificate, as `loop status` looks; each later one is at twice as many. */
const firstLook = 200;
/** Requests after the end of something, to see what answers from then on. */
const requestsAfter = 50;

/**
 * Runs a loop once, over HTTP: from no labels to a certificate, by a rollout to all requests; then the provider changes
 * the small model, the promise breaks and always-large answers; the provider repairs it, a second rollout begins, and the
 * model is changed again in its middle.
 */
export async function runClosedLoop(plan: LoopPlan): Promise<ClosedLoop> {
  const world = await openWorld(plan.seed);
  const random = seededRandom(plan.seed);
  let now = Date.UTC(2026, 0, 1);
  const time = { clock: () => now, monotonicClock: () => now };
  const classifier = complexity();
  const file = join(plan.folder, "audit.jsonl");
  /** State of the promise, and of the rollout that is under way. */
  let isBroken = false;
  let isMoving = true;
  const listen = (event: RouterEvent): void => {
    if (event.type === "promise-changed" && event.category === undefined) isBroken = event.to === "broken";
    if (event.type === "rollout-changed" && event.verdict !== "advance") isMoving = false;
  };
  const router = createRouter({
    models: world.models,
    policy: always<LoopModel>("large"),
    classifier,
    execution: { retries: 0 },
    onEvent: listen,
    random,
    ...time,
  });
  const promise = createPromise({ maxLoss, window: 200 });
  promise.attach(router);
  let rollout: Rollout<LoopModel> | undefined;
  const audit = createAudit({
    router,
    reference: "large",
    rate: plan.rate,
    budget: { usdPerDay: 5 },
    scorer: world.scorer,
    prompts: "store",
    file,
    // One record is evidence for the promise and for the guard on quality.
    onRecord: [promise.add, (record: AuditedRecord) => rollout?.add(record)],
  });
  const recordsNow = () => audit.status().records;
  /** Difficulty and complexity of the requests so far. */
  const seen: { readonly difficulty: number; readonly complexity: number }[] = [];
  const parts: LoopPart[] = [];
  let sessions = 0;

  /** Sends sessions until the part is over. Each request must be answered: an error ends the simulation. */
  const send = async (
    name: string,
    isOver: (requests: number) => boolean | Promise<boolean>,
  ): Promise<void> => {
    const [begun, before] = [now, audit.status()];
    const counts = { requests: 0, answered: 0, fallbacks: 0, toSmall: 0 };
    let [loss, costUsd] = [0, 0];
    const turn = async (session: string): Promise<void> => {
      counts.requests += 1;
      const difficulty = drawDifficulty(now, random);
      const content = world.prompt(difficulty, Math.floor(random() * 64_000));
      const result = await router.route({ session, messages: [{ role: "user", content }] });
      seen.push({ difficulty, complexity: result.decision.classification?.complexity ?? 1 });
      if (result.completion.choices[0]?.message.content) counts.answered += 1;
      if (result.attempts.length > 1) counts.fallbacks += 1;
      costUsd += result.costUsd ?? 0;
      if (result.decision.model === "small") counts.toSmall += 1;
      if (result.attempts.find(({ error }) => error === undefined)?.model === "small")
        loss += world.trueLoss(difficulty);
    };
    while (counts.requests < plan.mostRequests && !(await isOver(counts.requests))) {
      const names = Array.from({ length: plan.concurrency }, (_, at) => `session-${sessions + at}`);
      sessions += plan.concurrency;
      const turns = 1 + Math.floor(random() * plan.mostTurns);
      for (let at = 0; at < turns; at += 1) {
        now += betweenTurnsMs;
        await Promise.all(names.map(turn));
        await audit.flush();
      }
      now += betweenSessionsMs;
      await rollout?.judge();
    }
    const after = audit.status();
    parts.push({
      name,
      end: new Date(now).toISOString(),
      ...counts,
      audited: after.drawn - before.drawn,
      days: (now - begun) / msPerDay,
      trueLoss: loss / counts.requests,
      costUsd,
    });
  };

  const loopNow = async (): Promise<LoopStatus> =>
    measureLoop(await readLoop(readOutcomes(file), {}), {
      file: "audit.jsonl",
      maxLoss,
      confidence,
      classifier,
      promise: promise.standing(),
      now,
    });

  const begin = async (id: string, tuning: TuningFile): Promise<Rollout<LoopModel>> => {
    const next = createRollout<LoopModel>({
      id,
      salt: "a secret of the simulation",
      unit: "session",
      control: always("large"),
      candidate: threshold({ small: "small", large: "large", at: tuning.threshold ?? 0 }),
      stages: plan.stages,
      holdOut: 0.2,
      advanceWhen: "no-harm-found",
      guards: [
        errors({ margin: 0.05 }),
        quality({ margin: 2 * maxLoss, from: "audit" }),
        cost({ marginShare: 0.1, maxUsd: 0.02 }),
      ],
      unitIdleMs: 600_000,
      random,
      ...time,
    });
    await rollout?.close();
    await router.replace({
      policy: keepPromise(next.policy, { promise, otherwise: "large" }),
      tuning,
      reason: `rollout ${id}`,
    });
    next.attach(router);
    rollout = next;
    isMoving = true;
    return next;
  };

  try {
    // No label: the large model answers, and the audit asks the small one as well.
    let atTuning: LoopStatus | undefined;
    let look = firstLook;
    await send("no labels: always large, audited", async () => {
      if (recordsNow() < look) return false;
      look *= 2;
      atTuning = await loopNow();
      return atTuning.evidence.kind === "enough";
    });
    if (atTuning?.evidence.kind !== "enough")
      throw new Error(`seed ${plan.seed}: ${atTuning?.next.text ?? "too few records"}`);
    const [small, large] = [world.models.small.name, world.models.large.name];
    const target = { maxLoss };
    const { clock } = time;
    const tuning = await tuneThreshold(readOutcomes(file), { small, large, classifier, target, clock });
    const before = [...seen];
    const trueLossOfTuning = mean(
      before.map(({ difficulty, complexity: found }) =>
        found < (tuning.threshold ?? 0) ? world.trueLoss(difficulty) : 0,
      ),
    );

    const one = await begin("tuned", tuning);
    await send("rollout of the tuned threshold", () => !isMoving);
    const first = await one.status();

    world.degrade(true);
    await send("the provider changes the small model", () => isBroken);
    const atBreak = await loopNow();
    await send("after the broken promise", (requests) => requests >= requestsAfter);

    world.degrade(false);
    promise.renew();
    const two = await begin("tuned-again", tuning);
    const half = plan.stages.length - 2;
    let stage = 0;
    await send("repaired: a second rollout, up to 50 %", async () => {
      ({ stage } = await two.status());
      return stage >= half || !isMoving;
    });
    world.degrade(true);
    await send("changed again in mid-rollout", () => !isMoving);
    await send("after the rollback", (requests) => requests >= requestsAfter);
    const second = await two.status();
    return {
      tuning,
      trueLossOfTuning,
      parts,
      first,
      second,
      atTuning,
      atBreak,
      auditUsd: audit.status().spentUsd,
    };
  } finally {
    await rollout?.close();
    await router.close();
    await world.close();
  }
}

/** Draws a difficulty from 0 to 4: the mean moves between 0.8 and 1.6 with the time of day. */
function drawDifficulty(now: number, random: () => number): number {
  const share = 0.3 - 0.1 * Math.sin((2 * Math.PI * now) / msPerDay);
  return Array.from({ length: hardest }, random).filter((draw) => draw < share).length;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
