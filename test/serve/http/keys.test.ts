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
    const { key, record } = createKey();
    const authorise = authoriseByKeys([record, ...Array.from({ length: 1_000 }, () => createKey().record)]);
    // Keys whose hash begins as a stored one does: 4 hex digits of 64, which is what a guesser can search for in a test.
    const each = 8;
    const near: string[] = [];
    const far: string[] = [];
    for (let at = 100_000; near.length < each; at += 1) {
      const one = `sp-guess-${at}`;
      if (hashOf(one).startsWith(record.hash.slice(0, 4))) near.push(one);
      else if (far.length < near.length + 1 && far.length < each) far.push(one);
    }
    const asked = [...near, ...far].map((one) => ({ given: asking(one), times: [] as number[] }));
    const rounds = 20_000;
    for (let round = 0; round < rounds + 2_000; round += 1)
      for (let one = 0; one < asked.length; one += 1) {
        // Each begins as often as any other.
        const { given, times } = asked[(one + round) % asked.length] as (typeof asked)[number];
        const from = process.hrtime.bigint();
        authorise(given);
        if (round >= 2_000) times.push(Number(process.hrtime.bigint() - from));
      }
    const medianOf = (all: readonly number[]) => all.toSorted((a, b) => a - b)[all.length >> 1] as number;
    const medians = asked.map(({ times }) => medianOf(times));
    const [ofNear, ofFar] = [medians.slice(0, each), medians.slice(each)];
    console.info(
      `keys: ${rounds} look-ups of each, medians near ${ofNear.sort((a, b) => a - b).join(", ")} ns, far ${ofFar.sort((a, b) => a - b).join(", ")} ns`,
    );
    expect(authorise(asking(key))).toEqual({});
    // A single key is some nanoseconds faster than another, whatever its hash: by its place in memory.
    expect(Math.abs(medianOf(ofNear) - medianOf(ofFar))).toBeLessThan(0.03 * medianOf(ofFar));
  },
);
