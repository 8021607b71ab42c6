import { InvalidOptionError, type Model, ProviderError } from "../../contracts/index.ts";
import { type OptionTable, readOption, readOptions } from "../../plugin/index.ts";
import { mergeFacts } from "../../plugin/merge-facts.ts";
import type { BalanceRule } from "./balance/balance-rule.ts";
import { orderedBy } from "./balance/ordered-by.ts";
import { powerOfTwo } from "./balance/power-of-two.ts";
import type { DiscoveredEndpoint, Discovery } from "./discovery/discovery.ts";
import { checkHealthOptions, type PoolHealth, type PoolHealthOptions } from "./health/health-options.ts";
import { inOrderOfLife } from "./health/in-order-of-life.ts";
import { checkLoadOptions, type PoolLoad, type PoolLoadOptions } from "./load/load-options.ts";
import { fixedMembers } from "./members/fixed-members.ts";
import { FoundMembers } from "./members/found-members.ts";
import type { Members } from "./members/members.ts";
import { type ServedNames, servedNames } from "./members/served-names.ts";
import { createPoolWatcher } from "./members/watch-pool.ts";
import { createScaleWatch } from "./scale/pool-scale.ts";
import {
  checkScaleOptions,
  type PoolScale,
  type PoolScaleOptions,
  poolScaleOptions,
} from "./scale/scale-options.ts";

export interface PoolOptions {
  /** Rule that orders the members for a call. Default `powerOfTwo`. */
  readonly balance?: BalanceRule | undefined;
  /**
   * Longest time that a request waits for a busy pool before other permitted models are asked, in milliseconds. Where no
   * other is left, it waits up to `execution.retryAfterCapMs` in any case. Default 0.
   */
  readonly maxWaitMs?: number | undefined;
  /**
   * Reads the load of members from the metrics of their engines, apart from the requests: `true`, or options. Members
   * of vLLM, SGLang, TGI and llama.cpp are known; of others nothing is read without `names`. Default: not read.
   */
  readonly load?: true | PoolLoadOptions | undefined;
  /**
   * Finds out with probes, apart from the calls, which members answer, from the first request on: vLLM, SGLang, TGI, llama.cpp and Ollama are known, other
   * servers need `path`. Default: these are probed, with the defaults; `false`: none is.
   */
  readonly health?: false | PoolHealthOptions | undefined;
  /**
   * Counts how many members there should be by their load, for what starts and ends them: `GET /scale/{id}` of a server, and
   * the series `switchpoint_pool_wanted_members`. Needs `load`. Default: not counted.
   */
  readonly scale?: PoolScaleOptions | undefined;
  /** Longest wait of the first requests for the first endpoints, in milliseconds. Default 2,000. */
  readonly startWaitMs?: number | undefined;
}

export const poolOptions: OptionTable<PoolOptions, "load" | "health" | "scale"> = {
  balance: { is: "object", methods: ["order"], default: powerOfTwo },
  maxWaitMs: { is: "duration", min: 0, default: 0 },
  load: { is: "any", optional: true, expected: "true, or options" },
  health: { is: "any", optional: true, expected: "false, or options" },
  scale: { is: "table", of: poolScaleOptions, optional: true },
  startWaitMs: { is: "duration", min: 0, default: 2_000 },
};

/** Members that come and go. */
export interface FoundModels {
  /** Source of the endpoints: `dns(...)`, `kubernetes(...)`, `fileOf(...)`, `polled(...)`, or one of your own. */
  readonly discover: Discovery;
  /**
   * Makes the model of an endpoint; called once while an endpoint stays as it is. Labels that constraints rely on are
   * set here: those of the endpoint come from the source.
   */
  readonly as: (endpoint: DiscoveredEndpoint) => Model;
}

export const foundModels: OptionTable<FoundModels> = {
  discover: { is: "object", methods: ["watch"] },
  as: { is: "function", expected: "a function from an endpoint to a model" },
};

/**
 * Returns a model that consists of several endpoints, of any providers. A router asks its constraints about each of them at
 * each hop, keeps breakers, limits, health and prices by `name@endpoint`, and goes on with another member where one fails.
 * `name` is what outcomes, tuning files and policies call it.
 *
 * With `{ discover, as }` the members come and go while a router runs: it begins to look for them with its first request, and
 * stops at `close()`. The last known endpoints stay while the source fails.
 *
 * Throws `InvalidOptionError` for no members, a pool among them, two with one address, and a model that is in another
 * pool. Several keys for one address are several members if each has a `name` of its own. What is wrong with a member
 * that was found is told by the event `pool-problem` and by `doctor`.
 */
export function pool(
  name: string,
  members: readonly Model[] | FoundModels,
  options: PoolOptions = {},
): Model {
  readOption({ is: "text" }, "pool: the name", name);
  const {
    balance,
    maxWaitMs,
    load: given,
    health: probes,
    scale: wish,
    startWaitMs,
  } = readOptions("pool", poolOptions, options);
  const load = given === undefined ? undefined : checkLoadOptions("pool.load", given);
  const health = checkHealthOptions("pool.health", probes);
  const scale = wish && checkScaleOptions("pool.scale", wish, load !== undefined);
  const rule = orderedBy(balance);
  const now = () => performance.now();
  const served = servedNames(() => all.endpoints().map(({ key }) => key));
  const isSticky = "by" in balance;
  const parts = { name, maxWaitMs, rule, startWaitMs, load, health, scale, now, served, isSticky };
  let all: Members;
  if (Array.isArray(members)) {
    all = fixedMembers({ name }, members, { now, served });
    return poolOf({ ...parts, members: all });
  }
  const { discover, as } = checkFound(name, members as FoundModels);
  const seats = new FoundMembers({ name }, as, { now, served });
  all = seats;
  return poolOf({ ...parts, members: seats, found: { discover, members: seats } });
}

interface PoolParts {
  readonly name: string;
  readonly maxWaitMs: number;
  readonly rule: ReturnType<typeof orderedBy>;
  readonly startWaitMs: number;
  readonly load: PoolLoad | undefined;
  readonly health: PoolHealth | undefined;
  /** True if the rule chooses members by what their caches hold. */
  readonly isSticky: boolean;
  readonly scale: PoolScale | undefined;
  readonly now: () => number;
  readonly served: ServedNames;
  readonly members: Members;
  readonly found?: { readonly discover: Discovery; readonly members: FoundMembers } | undefined;
}

function poolOf({ name, maxWaitMs, rule, isSticky, scale: wish, ...parts }: PoolParts): Model {
  const { members, now } = parts;
  const scale = wish && createScaleWatch(members, wish, now);
  const watcher = createPoolWatcher({ ...parts, scale, rule });
  rule.onLasting = watcher.tellProblems;
  parts.served.onLasting = watcher.tellProblems;
  const order: typeof rule.order = (asked, context) =>
    inOrderOfLife(rule.order(asked, context), asked, {
      lifeOf: (key) => members.callsOf(key)?.life,
      nowMs: now(),
      isSticky: isSticky && context.key !== undefined,
    });
  /** Without a router there are no constraints and no retries: the first of the order is called. */
  const first = (): Model => {
    const ready = members.list().filter(({ state }) => state !== "draining");
    const [index = 0] = order(ready, { draws: [Math.random(), Math.random()] });
    const member = ready[index];
    if (member !== undefined) return member.model;
    const summary = "the pool has no endpoint; those that come and go are looked for by a router";
    throw new ProviderError({ kind: "saturated", model: name, summary });
  };
  const facts = members.endpoints().map(({ model }) => model);
  return {
    ...mergeFacts(name, facts, undefined),
    members: () => members.list(),
    pool: {
      maxWaitMs,
      order,
      problems: watcher.problems,
      revision: () => members.revision,
      watch: watcher.watch,
      ...(scale && { wanted: scale.status }),
    },
    generate: async (request, options) => first().generate(request, options),
    async *stream(request, options) {
      yield* first().stream(request, options);
    },
  };
}

function checkFound(name: string, given: FoundModels): FoundModels {
  const option = `pool(${JSON.stringify(name)}): members`;
  if (typeof given !== "object" || given === null)
    throw new InvalidOptionError(option, given, "a list of models, or { discover, as }");
  return readOptions(option, foundModels, given);
}
