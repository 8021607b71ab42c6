import { Resolver } from "node:dns/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import type { RouterEvent } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { dns, pool } from "../../../src/router/pools/index.ts";
import { vllm } from "../../../src/router/providers/engines/index.ts";
import { engineServer, traffic } from "../../support/pools/engine-server.ts";
import {
  type NameRecord,
  type NameServer,
  nameServer,
  recordTypes,
} from "../../support/pools/name-server.ts";

/** A router over a pool whose members a name server names: one real server is at every loopback address. */
async function world() {
  const server = await engineServer();
  const names = await nameServer();
  names.addresses = ["127.0.0.1"];
  const port = Number(new URL(server.url).port);
  const events: RouterEvent[] = [];
  const own = pool(
    "own",
    {
      discover: dns("vllm.test", { servers: [names.at], port, minTtlMs: 5 }),
      as: ({ url }) => vllm("qwen", { baseUrl: url, apiKey: "none" }),
    },
    { load: { everyMs: 10 } },
  );
  const router = createRouter({
    models: { own },
    policy: always("own"),
    execution: { backoffBaseMs: 1, retryBudget: { ratio: 1 }, retries: 5, attemptTimeoutMs: 20_000 },
    onEvent: (event) => void (event.type.startsWith("pool-") && events.push(event)),
  });
  onTestFinished(() => router.close());
  await traffic(router, 40);
  const hosts = () => own.members?.().map(({ model }) => new URL(model.endpoint as string).hostname);
  const told = () => events.filter(({ type }) => type !== "pool-changed");
  return { server, names, events, own, router, hosts, told };
}

/** A name that points to itself, as data of a record: it stands at byte 12 of each answer. */
const itself = Uint8Array.from([0xc0, 12]);

const lies: readonly (readonly [name: string, (names: NameServer) => void, problem: string])[] = [
  ["that the name does not exist", (names) => Object.assign(names, { code: 3 }), "(ENOTFOUND)"],
  ["that it fails", (names) => Object.assign(names, { code: 2 }), "(ESERVFAIL)"],
  ["that it may not be asked", (names) => Object.assign(names, { code: 5 }), "(EREFUSED)"],
  ["nothing", (names) => Object.assign(names, { addresses: [] }), "(ENODATA)"],
  [
    "4,000 addresses",
    (names) => {
      names.addresses = Array.from({ length: 4_000 }, (_, at) => `10.0.${at >> 8}.${at & 255}`);
    },
    "at most 1000 endpoints",
  ],
  [
    "addresses that no server has",
    (names) => Object.assign(names, { addresses: ["0.0.0.0"] }),
    "does something block the name?",
  ],
  [
    "a name for itself",
    (names) => Object.assign(names, { records: [{ type: recordTypes.cname, data: itself }] }),
    "the answer has no IPv4 address",
  ],
  [
    "addresses of another kind",
    (names) =>
      Object.assign(names, { records: [{ type: recordTypes.aaaa, data: new Uint8Array(16).fill(1) }] }),
    "(ENODATA)",
  ],
  [
    "a text",
    (names) =>
      Object.assign(names, { records: [{ type: recordTypes.txt, data: Buffer.from("\u0009127.0.0.9") }] }),
    "(E",
  ],
  [
    "an address of three bytes",
    (names) => Object.assign(names, { records: [{ data: new Uint8Array(3) }] }),
    "(E",
  ],
  [
    "an address of a thousand bytes",
    (names) => Object.assign(names, { records: [{ data: new Uint8Array(1_000) }] }),
    "no server has the addresses of the answer",
  ],
];

test.each(lies)(
  "a name server that says %s is told once, and the last endpoints stay",
  async (_, lie, problem) => {
    const { server, names, router, hosts, told } = await world();
    lie(names);
    await vi.waitFor(() => expect(told()).toHaveLength(1), { timeout: 10_000 });
    const before = names.questions;
    await traffic(router, 200);
    await vi.waitFor(() => expect(names.questions).toBeGreaterThan(before + 5), { timeout: 10_000 });
    expect(told()).toMatchObject([{ type: "pool-problem", ready: 1 }]);
    expect(JSON.stringify(told())).toContain(problem);
    expect(hosts()).toEqual(["127.0.0.1"]);
    expect(server.calls).toBe(240);
    Object.assign(names, { code: 0, records: undefined, addresses: ["127.0.0.1", "127.0.0.2"] });
    await vi.waitFor(() => expect(told()[1]).toMatchObject({ type: "pool-recovered" }), { timeout: 10_000 });
    await vi.waitFor(() => expect(hosts()).toEqual(["127.0.0.1", "127.0.0.2"]));
  },
);

test("addresses that no server has are left out of others, which is told while it is so", async () => {
  const { server, names, router, hosts, told } = await world();
  names.addresses = ["169.254.169.254", "127.0.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "127.0.0.1"];
  await vi.waitFor(() => expect(told()).toHaveLength(1));
  await traffic(router, 200);
  expect(told()).toHaveLength(1);
  expect(JSON.stringify(told())).toContain("addresses that no server has, such as 0.0.0.0, are left out: 4");
  expect(hosts()).toEqual(["127.0.0.1"]);
  expect(server.calls).toBe(240);
  names.addresses = ["127.0.0.1"];
  await vi.waitFor(() => expect(told()).toHaveLength(2));
});

test("addresses that flap at each answer, most of them dead, lose no request and leave nothing", async () => {
  const { server, names, router, own, told } = await world();
  const records = Array.from(
    { length: 40 },
    (): NameRecord => ({ ttl: 2 ** 31 - 1, data: Uint8Array.of(127, 0, 0, 1) }),
  );
  let turn = 0;
  // A time to live of any length is asked again, since a record of 0 is among them.
  Object.defineProperty(names, "records", {
    get: () => {
      turn += 1;
      const dead = Uint8Array.of(127, 77, (turn >> 8) & 255, turn & 255);
      return [
        ...records,
        { ttl: 0, data: dead },
        ...(turn % 2 === 0 ? [{ ttl: 0, data: Uint8Array.of(127, 0, 0, 3) }] : []),
      ];
    },
  });
  await vi.waitFor(
    async () => {
      await traffic(router, 100);
      expect(turn).toBeGreaterThan(60);
    },
    { timeout: 60_000 },
  );
  expect(own.members?.().length).toBeLessThanOrEqual(3);
  expect(server.calls).toBeGreaterThan(100);
  // The dead ones have no metrics.
  expect(JSON.stringify(told())).not.toContain("discovery");
}, 90_000);

test("a question that nobody answers ends with the watch: it would keep the process alive for seconds", async () => {
  const names = await nameServer();
  names.isSilent = true;
  const asked = vi.spyOn(Resolver.prototype, "resolve4");
  onTestFinished(() => asked.mockRestore());
  const controller = new AbortController();
  const sets = dns("vllm.test", { servers: [names.at] }).watch({} as never, { signal: controller.signal });
  const first = sets[Symbol.asyncIterator]().next();
  await vi.waitFor(() => expect(names.questions).toBeGreaterThan(0));
  controller.abort();
  expect((await first).done).toBe(true);
  await expect(asked.mock.results[0]?.value).rejects.toMatchObject({ code: "ECANCELLED" });
});
