import { expect, it } from "vitest";
import { guarded, threshold } from "../../../policies/index.ts";
import type { EscalationEvent } from "../../../src/contracts/index.ts";
import {
  createRouter,
  type Decision,
  isRouterError,
  type Model,
  type RouterOptions,
} from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { runs } from "../../support/runs.ts";

/** Words and symbols that a search by the score alone found: with them `complexity()` calls any prompt hard. */
const gadget = "``` != compute 2) same 2) right ``` ** !=";
const topics = ["a birthday card", "the weather in May", "boiling an egg", "a name for a cat", "a tidy desk"];
const asks = ["Write a line about", "Give me a tip for", "What rhymes with", "Say something on"];
/** Twenty-four prompts, of which about a sixth are hard. */
const ordinary = [
  ...asks.flatMap((ask) => topics.map((topic) => `${ask} ${topic}`)),
  "Prove that the square root of two is irrational, step by step, and name each lemma that you use",
  "Debug this: why does `for (let i = 0; i <= items.length; i++) sum += items[i]` give NaN?",
  "Derive the closed form of the Fibonacci numbers by generating functions and explain each step",
  "Compare optimistic and pessimistic locking for a ledger with 3 replicas, and prove which one cannot lose a write",
];
const honest = Array.from({ length: 9 }, (_, at) => `tenant-${at}`);
const flooded = 5_000;
/** Requests of each other tenant before and during the flood. */
const each = 555;

function modelAt(model: string, usd: number): Model {
  const fake = fakeModel({
    model,
    price: { usdPerMillionInputTokens: usd, usdPerMillionOutputTokens: 4 * usd },
  });
  return {
    ...fake,
    async generate(request, call) {
      const answer = await fake.generate(request, call);
      return { ...answer, usage: { prompt_tokens: 40, completion_tokens: 200, total_tokens: 240 } };
    },
  };
}

interface Seen {
  readonly model: string;
  readonly reason: string;
  readonly attempts: readonly string[];
  readonly latencyMs: number;
}

/** Sends what the nine send, with or without the flood between it, one request after the other. */
async function run(
  isFlooded: boolean,
  guard: boolean,
  options: Partial<RouterOptions<"small" | "large">> = {},
) {
  let now = Date.UTC(2026, 10, 27);
  const told: EscalationEvent[] = [];
  const policy = threshold<"small" | "large">({ small: "small", large: "large", at: 0.7 });
  const router = createRouter({
    models: { small: modelAt("small", 0.1), large: modelAt("large", 6) },
    policy: guard ? guarded(policy) : policy,
    clock: () => now,
    random: () => 0.5,
    onEvent: (event) => event.type === "escalation-abnormal" && told.push(event),
    ...options,
  });
  const others: Seen[] = [];
  const mallory = { sent: 0, large: 0, largeBeforeAlarm: 0, refused: 0, costUsd: 0, sentAtAlarm: 0 };

  const send = async (tenant: string, content: string) => {
    const {
      decision,
      attempts,
      latencyMs,
      costUsd = Number.NaN,
    } = await router.route({
      tenant,
      messages: [{ role: "user", content }],
    });
    return {
      decision: decision as Decision,
      attempts: attempts.map(({ model }) => String(model)),
      latencyMs,
      costUsd,
    };
  };
  const ordinaryTurn = async (turn: number) => {
    for (const [at, tenant] of honest.entries()) {
      now += 200;
      const { decision, attempts, latencyMs } = await send(
        tenant,
        ordinary[(turn * 7 + at * 5) % ordinary.length] as string,
      );
      others.push({ model: decision.model, reason: decision.reason, attempts, latencyMs });
    }
  };
  const attack = async () => {
    mallory.sent += 1;
    try {
      const { attempts, costUsd } = await send(
        "mallory",
        `${gadget} ${ordinary[mallory.sent % ordinary.length]}`,
      );
      mallory.costUsd += costUsd;
      if (attempts.includes("large")) mallory.large += 1;
    } catch (error) {
      if (!isRouterError(error, "budget-exceeded") && !isRouterError(error, "limit-exceeded")) throw error;
      mallory.refused += 1;
    }
    if (told.length > 0 && mallory.sentAtAlarm === 0) mallory.sentAtAlarm = mallory.sent;
  };

  for (let turn = 0; turn < 220; turn += 1) await ordinaryTurn(turn);
  const before = others.length;
  const rounds = runs(50, each);
  for (let turn = 0; turn < rounds; turn += 1) {
    for (let one = 0; isFlooded && one < Math.ceil(flooded / each) && mallory.sent < flooded; one += 1)
      await attack();
    await ordinaryTurn(1_000 + turn);
  }
  return { others: others.slice(before), mallory, told, spend: router.exportState().spend };
}

const show = (text: string) => process.env["SWITCHPOINT_RUNS"] === "full" && console.log(text);

it("a flood is found within 200 requests, costs little, and changes nothing for nine other tenants", {
  timeout: 300_000,
}, async () => {
  const calm = await run(false, true);
  const flood = await run(true, true);
  const unguarded = await run(true, false);
  const { mallory, told } = flood;
  show(
    `flood: ${mallory.sent} prompts, found after ${mallory.sentAtAlarm}; large ${mallory.large} (${unguarded.mallory.large} without the guard); ` +
      `$${mallory.costUsd.toFixed(3)} ($${unguarded.mallory.costUsd.toFixed(3)}); ${flood.others.length} requests of nine others, ` +
      `${flood.others.filter(({ model }) => model === "large").length} large`,
  );
  expect(told.map(({ unit }) => unit)).toEqual(["mallory"]);
  expect(mallory.sentAtAlarm).toBeLessThanOrEqual(200);
  expect(mallory.large).toBeLessThanOrEqual(200);
  expect(mallory.costUsd).toBeLessThan(0.45 * unguarded.mallory.costUsd);
  // The same models for the same reasons, no other attempt, no wait.
  expect(flood.others).toEqual(calm.others);
  expect(flood.others.every(({ latencyMs }) => latencyMs === 0)).toBe(true);
  const large = flood.others.filter(({ model }) => model === "large").length / flood.others.length;
  expect(large).toBeGreaterThan(0.05);
  expect(large).toBeLessThan(0.3);
});

it("stays within a tenant's budget and rate as well, and the others stay untouched", {
  timeout: 300_000,
}, async () => {
  const bounds: Partial<RouterOptions<"small" | "large">> = {
    budgets: [{ limitUsd: 0.65, period: "day", per: "tenant" }],
    execution: { limits: { tenant: { requestsPerMinute: 200 } }, retries: 0, retryAfterCapMs: 0 },
  };
  const calm = await run(false, true, bounds);
  const flood = await run(true, true, bounds);
  const { mallory } = flood;
  const used = flood.spend?.accounts.find(({ tenant }) => tenant === "mallory")?.usedUsd ?? Number.NaN;
  show(
    `flood with budget and rate: $${used.toFixed(3)} of $0.65, ${mallory.refused} of ${mallory.sent} refused, found after ${mallory.sentAtAlarm}`,
  );
  expect(used).toBeLessThanOrEqual(0.65);
  expect(mallory.costUsd).toBeCloseTo(used, 9);
  expect(mallory.refused).toBeGreaterThan(0);
  expect(mallory.sentAtAlarm).toBeLessThanOrEqual(200);
  expect(flood.others).toEqual(calm.others);
});
