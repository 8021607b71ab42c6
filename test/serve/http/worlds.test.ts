import { request } from "node:http";
import { expect, test } from "vitest";
import { always, cascade } from "../../../policies/index.ts";
import {
  type Constraint,
  createRouter,
  type Model,
  type Policy,
  type RouterOptions,
} from "../../../src/index.ts";
import { authoriseByKeys, createKey, serve } from "../../../src/serve/http/server/index.ts";
import { failOnUnhandled } from "../../support/fail-on-unhandled.ts";
import { memoryInUse } from "../../support/memory-in-use.ts";
import { runs } from "../../support/runs.ts";
import { type Fate, losses, refusals, serveBilled } from "../../support/spend/billing-server.ts";
import { wires } from "../../support/wires.ts";

// Random worlds over a real server: tenants with keys, constraints and budgets, in four interfaces, whole and streamed, to providers
// with their own books that answer, refuse, lose their answers or lie, and clients that leave.

failOnUnhandled();

type Id = "small" | "medium" | "large";
const ids: readonly Id[] = ["small", "medium", "large"];
const tenants = ["amber", "birch", "cedar"] as const;
type Tenant = (typeof tenants)[number];

const usdPerMillion = { usdPerMillionInputTokens: 3_000, usdPerMillionOutputTokens: 15_000 };
const worldsToTry = runs(12, 1_000);
const requestsOfWorld = 12;
/** No request of these worlds takes as long: what does hangs. */
const patienceMs = 20_000;

/** Numbers from 0 to below a bound, the same for a seed. */
function drawing(seed: number) {
  let state = seed;
  return (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const marked = /mark-(amber|birch|cedar)-\d+-of/g;
const marksIn = (text: string): readonly string[] => [...new Set(text.match(marked) ?? [])];
const tenantOf = (mark: string): Tenant => mark.split("-")[1] as Tenant;

const interfaces = [
  (mark: string, stream: boolean) => [
    "/v1/chat/completions",
    { model: "auto", stream, max_tokens: 50, messages: [{ role: "user", content: `${mark} What is it?` }] },
  ],
  (mark: string, stream: boolean) => [
    "/v1/messages",
    { model: "auto", stream, max_tokens: 50, messages: [{ role: "user", content: `${mark} What is it?` }] },
  ],
  (mark: string, stream: boolean) => [
    "/v1/responses",
    { model: "auto", stream, max_output_tokens: 50, input: `${mark} What is it?` },
  ],
  (mark: string, stream: boolean) => [
    `/v1beta/models/auto:${stream ? "streamGenerateContent" : "generateContent"}`,
    {
      contents: [{ role: "user", parts: [{ text: `${mark} What is it?` }] }],
      generationConfig: { maxOutputTokens: 50 },
    },
  ],
] as const;

/** Sends a request on a connection of its own, which is cut after some milliseconds if they are given. Returns what came, or what failed. */
function send(
  url: string,
  body: string,
  key: string,
  leavesAfter: number | undefined,
): Promise<{ readonly status: number; readonly text: string } | string> {
  const headers = { "content-type": "application/json", authorization: `Bearer ${key}` };
  return new Promise((resolve) => {
    const asking = request(url, { method: "POST", agent: false, headers });
    const end = (outcome: Parameters<typeof resolve>[0]) => {
      clearTimeout(leaving);
      clearTimeout(hanging);
      resolve(outcome);
    };
    const leave = () => {
      end("left");
      asking.destroy();
    };
    const leaving = leavesAfter === undefined ? undefined : setTimeout(leave, leavesAfter);
    const hanging = setTimeout(() => {
      end("hangs");
      asking.destroy();
    }, patienceMs);
    asking.on("error", (error) => end(String(error)));
    asking.on("response", (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      answer.on("error", (error) => end(String(error)));
      answer.on("end", () => end({ status: answer.statusCode ?? 0, text }));
    });
    asking.end(body);
  });
}

/** Waits until something holds. The test framework's own way to wait keeps what it has seen until the test ends. */
async function within(holds: () => Promise<boolean>): Promise<boolean> {
  for (const until = performance.now() + patienceMs; performance.now() < until; ) {
    if (await holds()) return true;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return false;
}

interface Counts {
  requests: number;
  answered: number;
  left: number;
  calls: number;
  billedUsd: number;
  usedUsd: number;
}

async function tryWorld(seed: number, counts: Counts): Promise<void> {
  const draw = drawing(seed * 7_919 + 17);
  const oneOf = <T>(all: readonly T[]): T => all[draw(all.length)] as T;
  const where = `world ${seed}`;
  // Two of three models at most are forbidden to a tenant, so that each can be answered.
  const forbidden = new Set(
    tenants.flatMap((tenant) => [0, 1].slice(draw(3)).map(() => `${tenant} ${oneOf(ids)}`)),
  );
  const billed: Record<Tenant, number> = { amber: 0, birch: 0, cedar: 0 };
  // The providers of these worlds bill a whole answer before they write it. Of a stream that is left the router counts what came.
  const leftStreams = new Set<string>();
  const billedOfMark = new Map<string, number>();
  const wrong: string[] = [];
  const fates: readonly Fate[] = [
    ...Array<Fate>(8 + draw(30)).fill("answered"),
    ...losses,
    ...(Object.keys(refusals).map(Number) as Fate[]),
  ];
  const servers = await Promise.all(
    ids.map(async (id) => {
      const wire = wires[oneOf(["openai", "anthropic", "google", "responses"] as const)];
      const server = await serveBilled({
        wire,
        ...usdPerMillion,
        unlimited: 4_000,
        fate: () => oneOf(fates),
        inputTokens: (body) => Math.ceil(body.length / (4 + draw(3))),
        text: (body) => `I was asked ${marksIn(body).join(" and ")} today.`,
        onBilled(body, usd) {
          counts.calls += 1;
          const marks = marksIn(body);
          if (marks.length !== 1) wrong.push(`${id} was sent ${marks.join(" and ") || "nothing"}`);
          for (const mark of marks) {
            billed[tenantOf(mark)] += usd;
            billedOfMark.set(mark, (billedOfMark.get(mark) ?? 0) + usd);
            if (forbidden.has(`${tenantOf(mark)} ${id}`)) wrong.push(`${mark} reached ${id}`);
          }
        },
      });
      const model: Model = {
        ...wire.model(id, server.url, { price: usdPerMillion }),
        defaults: { maxOutputTokens: 60 },
      };
      return { id, model, server };
    }),
  );
  const models = Object.fromEntries(servers.map(({ id, model }) => [id, model])) as Record<Id, Model>;
  const permitted: Constraint = {
    name: "permitted",
    permits: ({ id }, { request: { tenant } }) => !forbidden.has(`${tenant} ${id}`) || "not for this tenant",
  };
  const policies: readonly Policy<Id>[] = [
    always("small"),
    always("large"),
    cascade({ first: "small", then: "large", unless: { name: "odd", accepts: () => draw(2) === 0 } }),
  ];
  const limitUsd = oneOf([0.5, 2, 10, 1_000]);
  const execution: RouterOptions<Id>["execution"] = {
    retries: draw(3),
    backoffBaseMs: 0,
    retryAfterCapMs: 0,
    breaker: { minCalls: oneOf([5, 1_000_000]) },
    ...(draw(3) === 0 && { hedge: { afterMs: 1, ratio: 1 } }),
  };
  const router = createRouter({
    models,
    policy: oneOf(policies),
    constraints: [permitted],
    budgets: [{ name: "each", per: "tenant", limitUsd, period: "day" }],
    execution,
  });
  const keys = tenants.map((tenant) => ({ tenant, ...createKey({ tenant }) }));
  const server = await serve(router, {
    port: 0,
    drainMs: 1_000,
    native: draw(4) > 0,
    authorise: authoriseByKeys(keys.map(({ record }) => record)),
  });
  try {
    const ask = async (at: number): Promise<void> => {
      const { tenant, key } = oneOf(keys);
      const mark = `mark-${tenant}-${seed}${at}-of`;
      const stream = draw(2) === 0;
      const [path, body] = oneOf(interfaces)(mark, stream);
      const leavesAfter = draw(4) === 0 ? draw(12) : undefined;
      counts.requests += 1;
      const answer = await send(server.url + path, JSON.stringify(body), key, leavesAfter);
      if (answer === "left") {
        counts.left += 1;
        if (stream) leftStreams.add(mark);
      } else if (typeof answer === "string") wrong.push(`${mark}: ${answer}`);
      else {
        const { status, text } = answer;
        const seen = marksIn(text);
        if (seen.some((one) => one !== mark)) wrong.push(`${mark} was answered with ${seen.join(" and ")}`);
        if (status === 200 && seen.length === 1) counts.answered += 1;
        else if (status === 200 && !/error/.test(text))
          wrong.push(`${mark} got nothing: ${text.slice(0, 200)}`);
        // An error of a provider of the same interface comes as it came from there.
        else if (status === 500 && !text.includes("refused"))
          wrong.push(`${mark} failed with ${text.slice(0, 200)}`);
      }
    };
    // Some at once, some after others.
    for (let at = 0; at < requestsOfWorld; ) {
      const together = 1 + draw(6);
      await Promise.all(Array.from({ length: together }, (_, one) => ask(at + one)));
      at += together;
    }
    if (!(await within(async () => server.active === 0))) wrong.push(`${server.active} requests hang`);
    for (const tenant of tenants) {
      const read = async () => (await router.readBudgets({ tenant })).find(({ name }) => name === "each");
      if (!(await within(async () => ((await read())?.open ?? 0) === 0))) wrong.push(`${tenant} still holds`);
      const used = (await read())?.used ?? 0;
      counts.billedUsd += billed[tenant];
      counts.usedUsd += used;
      let least = billed[tenant];
      for (const mark of leftStreams) if (tenantOf(mark) === tenant) least -= billedOfMark.get(mark) ?? 0;
      if (used < least - 1e-9) wrong.push(`${tenant} used ${used} of ${least} that were billed`);
      if (used > limitUsd + 1e-9) wrong.push(`${tenant} used ${used} of a limit of ${limitUsd}`);
    }
    expect({ where, wrong }).toEqual({ where, wrong: [] });
  } finally {
    await server.close();
    await router.close();
    await Promise.all(servers.map((one) => one.server.close()));
  }
}

test(`in ${worldsToTry} random worlds no bound breaks and nothing crosses between tenants`, async () => {
  const counts: Counts = { requests: 0, answered: 0, left: 0, calls: 0, billedUsd: 0, usedUsd: 0 };
  const from = Number(process.env["SWITCHPOINT_SEED"] ?? 1);
  // What is made once for all is there before it is measured.
  for (let world = 0; world < 4; world += 1) await tryWorld(from + world, counts);
  const before = memoryInUse();
  for (let world = 4; world < worldsToTry; world += 1) await tryWorld(from + world, counts);
  const grown = memoryInUse() - before;
  console.info(`worlds: ${worldsToTry}, ${JSON.stringify(counts)}, memory ${grown} bytes more`);
  // Without these the worlds would show nothing.
  expect(counts.answered).toBeGreaterThan(counts.requests / 4);
  expect(counts.left).toBeGreaterThan(0);
  expect(grown).toBeLessThan(10_000_000 + worldsToTry * 15_000);
}, 3_600_000);
