import { createHash } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, type RouterEvent } from "../../../src/index.ts";
import {
  authoriseByKeys,
  createKey,
  type RunningServer,
  serve,
} from "../../../src/serve/http/server/index.ts";
import { prometheus } from "../../../src/serve/metrics/prometheus/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { memoryInUse } from "../../support/memory-in-use.ts";
import { runs } from "../../support/runs.ts";

let server: RunningServer | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  await server?.close();
  server = undefined;
});

const hashOf = (key: string) => createHash("sha256").update(key).digest("hex");
const asking = (key: string) => ({ headers: new Headers({ "x-api-key": key }), path: "/v1/models" });

test("a key is looked up by what only this process can know of it, never compared sign by sign", () => {
  const { key, record } = createKey({ tenant: "one" });
  const [first, second] = [authoriseByKeys([record]), authoriseByKeys([record])];
  const looked = vi.spyOn(Map.prototype, "get");
  expect(first(asking(key))).toEqual({ tenant: "one" });
  expect(second(asking(key))).toEqual({ tenant: "one" });
  expect(first(asking("sp-guess"))).toBeUndefined();
  const places = looked.mock.calls.map(([place]) => String(place)).filter((place) => place.length === 64);
  vi.restoreAllMocks();
  expect(places).toHaveLength(3);
  // What a guesser could choose the first signs of is not what is looked up.
  expect(new Set([...places, hashOf(key), hashOf("sp-guess"), record.hash]).size).toBe(5);
});

test("a flood of wrong keys costs no more than as many connections, is kept nowhere, and shows in no log", async () => {
  const count = runs(200, 20_000);
  const said: unknown[] = [];
  for (const method of ["log", "info", "warn", "error", "debug"] as const)
    vi.spyOn(console, method).mockImplementation((...all) => void said.push(all));
  const model = fakeModel();
  const events: RouterEvent[] = [];
  const router = createRouter({
    models: { small: model },
    policy: always("small"),
    onEvent: (event) => void events.push(event),
  });
  const metrics = prometheus(router);
  const { key, record } = createKey({ tenant: "one" });
  server = await serve(router, { port: 0, metrics, authorise: authoriseByKeys([record]) });
  const { url } = server;
  const body = JSON.stringify({ model: "auto", messages: [{ role: "user", content: "hi" }] });
  const send = async (given: string) => {
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", authorization: `Bearer ${given}` },
    });
    return { status: answer.status, text: await answer.text() };
  };
  const flood = async (many: number, keyOf: (at: number) => string, status: number): Promise<number> => {
    const { user, system } = process.cpuUsage();
    for (let at = 0; at < many; at += 20)
      await Promise.all(
        Array.from({ length: 20 }, async (_, one) => {
          const answer = await send(keyOf(at + one));
          expect(answer.status).toBe(status);
          if (status === 401) expect(answer.text).not.toContain(keyOf(at + one));
        }),
      );
    const used = process.cpuUsage({ user, system });
    return (used.user + used.system) / many;
  };
  const wrong = (at: number) => `sp-wrong-${hashOf(String(at)).slice(0, 43)}`;
  await flood(40, wrong, 401);
  await flood(40, () => key, 200);
  (model.requests as unknown[]).length = 0;
  events.length = 0;
  const before = memoryInUse();
  const ofWrong = await flood(count, wrong, 401);
  const grown = memoryInUse() - before;
  expect(events).toEqual([]);
  expect(model.requests).toEqual([]);
  const ofRight = await flood(count, () => key, 200);
  const shown = JSON.stringify(said) + JSON.stringify(events) + (await metrics.text());
  vi.restoreAllMocks();
  console.info(
    `${count} wrong keys: ${ofWrong.toFixed(0)} us of CPU each with their client, a request ${ofRight.toFixed(0)} us, memory ${grown} bytes more`,
  );
  expect(shown).not.toMatch(/sp-wrong|Bearer/);
  expect(shown).not.toContain(key);
  // A connection each: a body that is refused unread would be taken for the next request.
  expect(ofWrong).toBeLessThan(2.5 * ofRight);
  expect(grown).toBeLessThan(3_000_000 + count * 50);
}, 600_000);

test.runIf(process.env["SWITCHPOINT_RUNS"] === "full")(
  "how long a wrong key takes does not tell how near its hash is",
  () => {
    // A key whose hash begins as a stored one does: 4 hex digits of 64, which is what a guesser can search for in a test.
    const { key, record } = createKey();
    const authorise = authoriseByKeys([record, ...Array.from({ length: 1_000 }, () => createKey().record)]);
    let near = "";
    for (let at = 0; near === ""; at += 1)
      if (hashOf(`sp-guess-${at}`).startsWith(record.hash.slice(0, 4))) near = `sp-guess-${at}`;
    const far = `sp-guess-${"0".repeat(near.length - 9)}`;
    expect(hashOf(far).startsWith(record.hash.slice(0, 4))).toBe(false);
    const rounds = 20_000;
    const each = 5;
    const times: Record<"near" | "far", number[]> = { near: [], far: [] };
    const time = (given: ReturnType<typeof asking>) => {
      const from = process.hrtime.bigint();
      for (let at = 0; at < each; at += 1) authorise(given);
      return Number(process.hrtime.bigint() - from) / each;
    };
    const [askNear, askFar] = [asking(near), asking(far)];
    for (let at = 0; at < rounds + 2_000; at += 1) {
      // In turns, and the other first each second time.
      const [first, second] = at % 2 === 0 ? (["near", "far"] as const) : (["far", "near"] as const);
      for (const which of [first, second]) {
        const taken = time(which === "near" ? askNear : askFar);
        if (at >= 2_000) times[which].push(taken);
      }
    }
    const sorted = (all: number[]) => all.toSorted((a, b) => a - b);
    const [nearest, farthest] = [sorted(times.near), sorted(times.far)];
    const at = (all: readonly number[], share: number) => all[Math.floor(share * all.length)] as number;
    // How often a near one took longer than a far one that was asked beside it: 0.5 if nothing tells them apart.
    let longer = 0;
    for (let one = 0; one < rounds; one += 1) {
      const [a, b] = [times.near[one] as number, times.far[one] as number];
      longer += a > b ? 1 : a === b ? 0.5 : 0;
    }
    console.info(
      `keys: n = ${rounds} pairs, median ${at(nearest, 0.5).toFixed(0)} ns near, ${at(farthest, 0.5).toFixed(0)} ns far; near took longer in ${((100 * longer) / rounds).toFixed(2)} % of pairs`,
    );
    expect(authorise(asking(key))).toEqual({});
    // Five standard deviations of chance.
    expect(Math.abs(longer / rounds - 0.5)).toBeLessThan((5 * 0.5) / Math.sqrt(rounds));
  },
);
