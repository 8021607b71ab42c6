import { expect, it } from "vitest";
import { threshold } from "../../policies/index.ts";
import type { Model } from "../../src/contracts/index.ts";
import { createRouter, isRouterError, type RouteRequest, type Router } from "../../src/index.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { runs } from "../support/runs.ts";
import { crashesOf } from "../support/user-functions/crashes.ts";
import { type Misbehaviour, misbehaviours } from "../support/user-functions/misbehaviours.ts";
import { type Setting, slots } from "../support/user-functions/slots.ts";

const deadlineMs = 200;
const atOnce = 250;
const ways = ["route", "stream", "decide"] as const;

function routerOf({ models, options, sink }: Setting): Router<"small" | "large"> {
  const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1 };
  const own: Record<"small" | "large", Model> = {
    small: fakeModel({ model: "s", price, labels: { l: "v" } }),
    large: fakeModel({ model: "l", price, labels: { l: "v" } }),
    ...models,
  };
  const router = createRouter({
    models: own,
    policy: threshold({ small: "small", large: "large", at: 0.9 }),
    ...options,
    execution: { retries: 0, ...options?.execution },
  } as Parameters<typeof createRouter>[0] & { models: typeof own });
  if (sink !== undefined) router.observe(sink);
  return router as Router<"small" | "large">;
}

async function ask(
  router: Router<"small" | "large">,
  way: (typeof ways)[number],
  request: RouteRequest<"small" | "large">,
) {
  if (way !== "stream") return void (await router[way](request));
  const stream = router.stream(request);
  for await (const _ of stream);
  await stream.result;
}

/** Sends a request in one way; returns what is wrong with how it ended, undefined if nothing is. */
async function problemOf(
  slot: string,
  misbehaviour: string,
  way: (typeof ways)[number],
): Promise<string | undefined> {
  const name = `${slot} ${misbehaviour} (${way})`;
  let router: Router<"small" | "large"> | undefined;
  let left = 3;
  const reenter = () => {
    left -= 1;
    if (left >= 0)
      void router?.route({ messages: [{ role: "user", content: "again" }], deadlineMs }).catch(() => {});
  };
  const given = (misbehaviours[misbehaviour] as Misbehaviour)(name, reenter);
  const ending = (async () => {
    const setting = (slots[slot] as (typeof slots)[string])(given);
    router = routerOf(setting);
    await ask(router, way, {
      messages: [{ role: "user", content: "Hello" }],
      labels: { l: "v" },
      category: "c",
      deadlineMs,
      ...setting.request,
    });
  })();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve("was not answered"), 50 * deadlineMs);
  });
  const ended = ending.then(
    () => undefined,
    (error: unknown) => (isRouterError(error) ? undefined : `rejected with ${describe(error)}`),
  );
  const problem = await Promise.race([ended, tooLong]);
  clearTimeout(timer);
  await Promise.race([router?.close().catch(() => {}), new Promise((resolve) => setTimeout(resolve, 5))]);
  return problem === undefined ? undefined : `${name}: ${problem}`;
}

function describe(error: unknown): string {
  try {
    return String((error as Error).stack);
  } catch {
    return `something of type ${typeof error}`;
  }
}

/** Ways to fail that are always tried; the others are tried in turn, unless all are. */
const always: readonly string[] = [
  "rejects",
  "rejects later",
  "throws an error",
  "never settles",
  "returns a promise in an object",
];

/** The SDK reads what its `fetch` returns, and nothing of it reaches us. */
const isOfSdk = (slot: string, misbehaviour: string) =>
  slot.endsWith(".fetch") && /promise.* in an /.test(misbehaviour);

function* cases(): Iterable<readonly [string, string, (typeof ways)[number]]> {
  for (const [at, slot] of Object.keys(slots).entries())
    for (const [of, misbehaviour] of Object.keys(misbehaviours).entries())
      for (const [index, way] of ways.entries()) {
        if (isOfSdk(slot, misbehaviour)) continue;
        const isItsTurn = always.includes(misbehaviour) || (at + of) % 4 === 0;
        if (runs(1, 2) === 2 || (isItsTurn && index === (at + of) % 2)) yield [slot, misbehaviour, way];
      }
}

it("a function of a user never ends the process, and the request is answered or fails with a typed error", async () => {
  const problems: string[] = [];
  const crashes = await crashesOf(async () => {
    const all = [...cases()];
    // Some at a time: with all at once their deadlines would pass before they begin.
    for (let at = 0; at < all.length; at += atOnce)
      await Promise.all(
        all.slice(at, at + atOnce).map(async (one) => {
          const problem = await problemOf(...one);
          if (problem !== undefined) problems.push(problem);
        }),
      );
  });
  expect(problems).toEqual([]);
  expect([...new Set(crashes.map(describe))]).toEqual([]);
});
