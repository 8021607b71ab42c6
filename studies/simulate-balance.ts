import type { Load, Member } from "../src/contracts/index.ts";
import { seededRandom } from "../src/loop/statistics/index.ts";
import type { BalanceRule } from "../src/router/pools/index.ts";
import { withOwnCalls } from "../src/router/pools/inner.ts";
import { EngineCore } from "../src/testing/fake-engine/engine-core.ts";
import type { EngineProfile } from "../src/testing/fake-engine/engine-profile.ts";
import { fakeModel } from "../src/testing/fake-model.ts";
import { type Arrival, drawArrivals, sessions } from "./balance-world.ts";

export interface BalanceRun {
  readonly rule: BalanceRule;
  readonly profiles: readonly EngineProfile[];
  readonly arrivals: readonly Arrival[];
  /** Times between which requests count, in milliseconds. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly seed: number;
}

export interface BalanceResult {
  /** Times to the first token of the requests that arrived in the time that counts, in milliseconds, ascending. */
  readonly firstTokenMs: readonly number[];
  /** Requests that were finished in that time, per second. */
  readonly perSecond: number;
  /** Prompt tokens that were found in a cache, as a share of all. */
  readonly hitRate: number;
}

/** Time between two scrapes of an endpoint's metrics. */
const scrapeMs = 500;

interface Endpoint {
  readonly core: EngineCore;
  readonly model: Member["model"];
  readonly key: string;
  inFlight: number;
  scraped: { readonly load: Load; readonly atMs: number; readonly inFlight: number };
}

/** Runs requests against engines in virtual time. The rule sees what a pool sees: own calls, and metrics that are late. */
export function simulateBalance({
  rule,
  profiles,
  arrivals,
  fromMs,
  untilMs,
  seed,
}: BalanceRun): BalanceResult {
  const random = seededRandom(seed);
  const endpoints = profiles.map((profile, index) => endpointOf(profile, index));
  const firstTokenMs: number[] = [];
  let finished = 0;
  let nextScrapeMs = 0;
  let start: { readonly prompt: number; readonly cached: number } | undefined;
  const sums = () => ({
    prompt: sumOf(endpoints, ({ core }) => core.totals.promptTokens),
    cached: sumOf(endpoints, ({ core }) => core.totals.cachedTokens),
  });

  arrivals.forEach(({ atMs, session, prompt, answer }, turn) => {
    for (; nextScrapeMs <= atMs; nextScrapeMs += scrapeMs)
      for (const one of endpoints) scrape(one, nextScrapeMs);
    for (const { core } of endpoints) core.advanceTo(atMs);
    if (start === undefined && atMs >= fromMs) start = sums();
    const members = endpoints.map((one) => memberOf(one, atMs));
    const [choice = 0] = rule.order(members, { key: session, turn, draws: [random(), random()] });
    const endpoint = endpoints[choice] as Endpoint;
    endpoint.inFlight += 1;
    endpoint.core.submit(
      {
        prompt,
        answer,
        onEvent: (event) => {
          if (event.type === "first-token" && atMs >= fromMs) firstTokenMs.push(event.atMs - atMs);
          if (event.type !== "finished") return;
          endpoint.inFlight -= 1;
          if (event.atMs >= fromMs && event.atMs < untilMs) finished += 1;
        },
      },
      atMs,
    );
  });
  for (const { core } of endpoints) core.advanceTo(untilMs);
  const end = sums();
  // Those that still wait count with the time that they get, however late.
  for (const { core } of endpoints)
    for (let next = core.nextEventMs(); Number.isFinite(next); next = core.nextEventMs())
      core.advanceTo(next);
  const { prompt, cached } = start ?? { prompt: 0, cached: 0 };
  return {
    firstTokenMs: firstTokenMs.sort((a, b) => a - b),
    perSecond: finished / ((untilMs - fromMs) / 1_000),
    hitRate: (end.cached - cached) / Math.max(1, end.prompt - prompt),
  };
}

/**
 * Requests per second that the endpoints finish when each has its share of the sessions and never an empty queue: what
 * a load of 1 means.
 */
export function capacityOf(profiles: readonly EngineProfile[]): number {
  const own = Math.ceil(sessions / profiles.length);
  const [fromMs, untilMs] = [120_000, 600_000];
  return profiles.reduce((sum, profile) => {
    const core = new EngineCore(profile);
    // More than any of them can do; the arrivals' own times do not matter.
    const requests = drawArrivals(40, untilMs, 1, own);
    let finished = 0;
    let timeMs = 0;
    const onEvent = (event: { readonly type: string; readonly atMs: number }): void => {
      if (event.type === "finished" && event.atMs >= fromMs && event.atMs < untilMs) finished += 1;
    };
    for (const { prompt, answer } of requests) {
      for (; core.waiting >= 2 && timeMs < untilMs; timeMs = core.nextEventMs()) core.advanceTo(timeMs);
      if (timeMs >= untilMs) break;
      core.submit({ prompt, answer, onEvent }, timeMs);
    }
    return sum + finished / ((untilMs - fromMs) / 1_000);
  }, 0);
}

function endpointOf(profile: EngineProfile, index: number): Endpoint {
  const endpoint = `http://gpu-${index}:8000`;
  const model = fakeModel({ name: `gpu-${index}`, endpoint });
  const scraped = { load: { ageMs: 0 }, atMs: 0, inFlight: 0 };
  return { core: new EngineCore(profile), model, key: `qwen@${endpoint}`, inFlight: 0, scraped };
}

function scrape(endpoint: Endpoint, atMs: number): void {
  const { core, inFlight } = endpoint;
  core.advanceTo(atMs);
  const { running, waiting, kvUsage } = core;
  endpoint.scraped = { load: { running, waiting, kvUsage, ageMs: 0 }, atMs, inFlight };
}

function memberOf({ model, key, inFlight, scraped }: Endpoint, nowMs: number): Member {
  const load = { ...withOwnCalls(scraped.load, scraped.inFlight, inFlight), ageMs: nowMs - scraped.atMs };
  return { key, model, facts: model, state: "ready", inFlight, load };
}

function sumOf<T>(values: readonly T[], numberOf: (value: T) => number): number {
  return values.reduce((sum, value) => sum + numberOf(value), 0);
}
