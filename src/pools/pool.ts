import { InvalidOptionError, type Model, type PoolRules } from "../contracts/index.ts";
import { checkKeys, checkMethods, checkNumber, checkText } from "../plugin/index.ts";
import { longestTimerMs } from "../plugin/longest-timer.ts";
import { mergeFacts } from "../plugin/merge-facts.ts";
import type { BalanceRule } from "./balance/balance-rule.ts";
import { powerOfTwo } from "./balance/power-of-two.ts";
import { createEndpoint, type Endpoint } from "./endpoint.ts";

export interface PoolOptions {
  /** Rule that orders the members for a call. Default `powerOfTwo`. */
  readonly balance?: BalanceRule | undefined;
  /**
   * Longest time that a request waits for a busy pool before other permitted models are asked, in milliseconds. Where no
   * other is left, it waits up to `execution.retryAfterCapMs` in any case. Default 0.
   */
  readonly maxWaitMs?: number | undefined;
}

/** Largest number of members. */
const mostMembers = 1_000;

/** Names of the pools that models are in. */
const poolOfModel = new WeakMap<Model, string>();

/**
 * Returns a model that consists of several endpoints, of any providers. A router asks its constraints about each of them at
 * each hop, keeps breakers, limits, health and prices by `name@endpoint`, and goes on with another member where one fails.
 * `name` is what outcomes, tuning files and policies call it.
 *
 * Throws `InvalidOptionError` for no members, a pool among them, two with one address, and a model that is in another
 * pool. Several keys for one address are several members if each has a `name` of its own.
 */
export function pool(name: string, members: readonly Model[], options: PoolOptions = {}): Model {
  checkText("pool: the name", name);
  checkKeys("pool", options, ["balance", "maxWaitMs"]);
  const { balance = powerOfTwo, maxWaitMs = 0 } = options;
  checkMethods("pool.balance", balance, ["order"]);
  checkNumber("pool.maxWaitMs", maxWaitMs, { min: 0, max: longestTimerMs });
  const keys = checkMembers(name, members);
  for (const model of members) poolOfModel.set(model, name);
  const now = () => performance.now();
  const endpoints = members.map((model, index) =>
    createEndpoint(model, { pool: name, key: keys[index] as string, now }),
  );
  return poolOf(name, endpoints, rulesOf(balance, maxWaitMs));
}

function rulesOf(balance: BalanceRule, maxWaitMs: number): PoolRules {
  let turn = 0;
  return {
    maxWaitMs,
    order(members, { key, draws }) {
      turn = (turn + 1) % Number.MAX_SAFE_INTEGER;
      return balance.order(members, { key, draws, turn });
    },
  };
}

function poolOf(name: string, endpoints: readonly Endpoint[], rules: PoolRules): Model {
  const members = () => endpoints.map((one) => one.member());
  /** Without a router there are no constraints and no retries: the first of the order is called. */
  const first = (): Model => {
    const now = members();
    const [index = 0] = rules.order(now, { draws: [Math.random(), Math.random()] });
    return (now[index] as (typeof now)[number]).model;
  };
  const facts = endpoints.map(({ model }) => model);
  return {
    ...mergeFacts(name, facts, undefined),
    members,
    pool: rules,
    generate: (request, options) => first().generate(request, options),
    stream: (request, options) => first().stream(request, options),
  };
}

/** Checks the members and returns their keys. */
function checkMembers(name: string, members: readonly Model[]): readonly string[] {
  const option = `pool(${JSON.stringify(name)}): members`;
  if (!Array.isArray(members) || members.length === 0 || members.length > mostMembers)
    throw new InvalidOptionError(option, members, `a list of 1 to ${mostMembers} models`);
  const found = new Map<string, number>();
  return members.map((model: Model, index) => {
    const path = `${option}[${index}]`;
    checkMethods(path, model, ["generate", "stream"]);
    for (const field of ["name", "provider", "model"] as const) checkText(`${path}.${field}`, model[field]);
    if (model.members !== undefined)
      throw new InvalidOptionError(path, model.name, "a model that is not a pool");
    const other = poolOfModel.get(model);
    if (other !== undefined || members.indexOf(model) !== index) {
      const where = other === undefined ? "once in the list" : `not in the pool ${JSON.stringify(other)} too`;
      throw new InvalidOptionError(path, model.name, `${where}: make a model for each pool`);
    }
    const key = keyOf(name, model);
    const same = found.get(key);
    if (same !== undefined) {
      const advice = `another address than members[${same}]: give each its own name if they are two keys for one address`;
      throw new InvalidOptionError(path, model.endpoint ?? model.name, advice);
    }
    found.set(key, index);
    return key;
  });
}

/** Returns `name@endpoint`, with the model's own name where it has one. */
function keyOf(pool: string, { name, provider, model, endpoint }: Model): string {
  const isNamed = name !== `${provider}:${model}`;
  return `${pool}@${endpoint ?? `${provider}:${model}`}${isNamed ? `#${name}` : ""}`;
}
