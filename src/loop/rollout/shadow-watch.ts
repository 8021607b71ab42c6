import type { Answered, Choice, Model, Policy, PolicyContext, RouterEvent } from "../../contracts/index.ts";
import { dropPromises } from "../../plugin/index.ts";
import { withTimeLimit } from "../../plugin/with-time-limit.ts";
import { createWorkQueue } from "../work-queue.ts";
import { candidateOpinion } from "./candidate-opinion.ts";
import type { ShadowStatus } from "./rollout-status.ts";
import { shadowContext, shadowModels } from "./shadow-context.ts";

export interface ShadowWatchOptions {
  readonly candidate: Policy;
  readonly models: Readonly<Record<string, Model>>;
  /** Share of requests, in [0, 1], for which the candidate's model is called after the answer. */
  readonly calls: number;
  /** Number of requests of the stage: of later ones none is called for. */
  readonly requests: number;
  readonly random: () => number;
  /** Adds to the counts of the stage. */
  readonly add: (more: Partial<ShadowStatus>) => void;
}

/** The candidate of a rollout, asked about requests that control has answered. */
export interface ShadowWatch {
  /** Takes the end of a request in an epoch of the rollout. Never throws, and never waits. */
  observe(event: RouterEvent, epoch: number): void;
  /** Resolves when the candidate has been asked about all that was observed. Its models may still be answering. */
  idle(): Promise<void>;
  /** Ends what is under way. */
  close(): void;
}

type Shadowed = Extract<RouterEvent, { type: "request-completed" }>;

interface ShadowCall {
  /** Id of the model. */
  readonly id: string;
  readonly event: Pick<Answered, "readRequest" | "follow">;
}

/** Most requests that wait for the candidate. More are left out. */
const mostWaiting = 200;
/** Most calls at the same time, and most that wait. More are left out: a sample is enough. */
const mostAtOnce = 4;
const mostWaitingCalls = 50;
/** Largest size of all requests with their answers that wait for the candidate or are called; twice, since there are two queues. */
const mostSize = 16_000_000;
/** Longest time of a call in milliseconds. */
const longestCallMs = 120_000;
/** Largest rounding error of a sum of probabilities. */
const tolerance = 1e-6;

export const noShadow: ShadowStatus = Object.freeze({
  requests: 0,
  changed: 0,
  failed: 0,
  costDifferenceUsd: 0,
  priced: 0,
  calls: 0,
  failedCalls: 0,
});

/** Adds counts of the shadow stage. */
export function addShadow(a: ShadowStatus, b: Partial<ShadowStatus>): ShadowStatus {
  return {
    requests: a.requests + (b.requests ?? 0),
    changed: a.changed + (b.changed ?? 0),
    failed: a.failed + (b.failed ?? 0),
    costDifferenceUsd: a.costDifferenceUsd + (b.costDifferenceUsd ?? 0),
    priced: a.priced + (b.priced ?? 0),
    calls: a.calls + (b.calls ?? 0),
    failedCalls: a.failedCalls + (b.failedCalls ?? 0),
  };
}

/** True for counts that a table may hold. */
export function isShadow(value: unknown): value is ShadowStatus {
  const given = (value ?? {}) as Record<string, unknown>;
  return Object.keys(noShadow).every((field) => Number.isFinite(given[field]));
}

/** Creates the watch of the shadow stage. */
export function createShadowWatch(options: ShadowWatchOptions): ShadowWatch {
  const { candidate, calls, add } = options;
  /** A number by the user's function; not a number, which samples nothing, if that returns none. */
  const chance = (): number => {
    const drawn: unknown = options.random();
    dropPromises(drawn);
    return typeof drawn === "number" ? drawn : Number.NaN;
  };
  const models = shadowModels(options.models);
  const underWay = new Set<() => void>();
  let isClosed = false;

  const call = async ({ id, event: { readRequest, follow } }: ShadowCall): Promise<void> => {
    const model = options.models[id];
    if (model === undefined || isClosed) return;
    const way = openedBy(follow);
    if (way === undefined) return;
    underWay.add(way.end);
    let failedCalls = 0;
    try {
      await withTimeLimit(() => way.generate(model, readRequest()), {
        timeoutMs: longestCallMs,
        reason: () => new Error("the shadow call took too long"),
        signal: way.signal,
      });
    } catch {
      failedCalls = isClosed ? 0 : 1;
    } finally {
      underWay.delete(way.end);
      way.end();
    }
    if (!isClosed) add({ calls: 1, failedCalls });
  };

  const callQueue = createWorkQueue<ShadowCall>({
    places: mostAtOnce,
    mostWaiting: mostWaitingCalls,
    mostSize,
    work: call,
  });

  /** Requests that the candidate has been asked about in this epoch. */
  let asked = 0;
  let askedIn: number | undefined;

  const ask = async (event: Shadowed): Promise<void> => {
    if (isClosed) return;
    const { decision, readText, readRequest } = event;
    const context = shadowContext({ decision, readText, readRequest }, models);
    const opinion = opinionOf(candidate, context);
    asked += 1;
    if (opinion === undefined) return add({ requests: 1, failed: 1 });
    const costOf = (id: string) => context.candidates.find((one) => one.id === id)?.estimatedCostUsd;
    const expected = sum(
      opinion,
      ({ model, probability = 1 }) => probability * (costOf(model) ?? Number.NaN),
    );
    const difference = expected - (costOf(decision.model) ?? Number.NaN);
    add({
      requests: 1,
      changed: sum(opinion, ({ model, probability = 1 }) => (model === decision.model ? 0 : probability)),
      ...(Number.isFinite(difference) && { priced: 1, costDifferenceUsd: difference }),
    });
    // A stage that waits for a person is not to cost more and more.
    const isSampled = calls > 0 && asked <= options.requests && chance() < calls;
    // Without tools: what an answer asks for is not done twice.
    if (!isSampled || decision.request.tools > 0) return;
    const drawn = drawOf(opinion, chance());
    if (drawn !== undefined) callQueue.add({ id: drawn.model, event }, event.readSize());
  };
  const queue = createWorkQueue<Shadowed>({
    places: 1,
    mostWaiting,
    mostSize,
    // A `random` of a user may throw.
    work: (event) => ask(event).catch(() => {}),
  });

  return {
    observe(event, epoch) {
      if (isClosed || event.type !== "request-completed") return;
      // A rollout that begins again has a whole stage before it.
      if (epoch !== askedIn) asked = 0;
      askedIn = epoch;
      const { decision } = event;
      // Of what a pin or a budget has decided the candidate would decide nothing either.
      if (decision.forced || decision.degraded !== undefined) return;
      // In a turn of the event loop of its own: the caller has the answer before the candidate is asked.
      queue.add(event, event.readSize());
    },
    idle: () => queue.idle(),
    close() {
      isClosed = true;
      queue.drop();
      callQueue.drop();
      for (const end of underWay) end();
    },
  };
}

/** Opens a way to models; undefined once the router is closed, or has too many. */
function openedBy(follow: Answered["follow"]): ReturnType<Answered["follow"]> | undefined {
  try {
    return follow("shadow");
  } catch {
    return undefined;
  }
}

/** Returns the candidate's lottery; undefined if it throws, has no opinion, or returns what the router would refuse. */
function opinionOf(policy: Policy, context: PolicyContext): readonly Choice[] | undefined {
  const { choices } = candidateOpinion(policy, context);
  return Math.abs(sum(choices, ({ probability = 1 }) => probability) - 1) < tolerance ? choices : undefined;
}

function drawOf(list: readonly Choice<string>[], draw: number): Choice<string> | undefined {
  let upTo = 0;
  for (const choice of list) {
    upTo += choice.probability ?? 1;
    if (draw < upTo) return choice;
  }
  return list.at(-1);
}

function sum(list: readonly Choice<string>[], of: (choice: Choice<string>) => number): number {
  return list.reduce((total, choice) => total + of(choice), 0);
}
