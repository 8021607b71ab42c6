import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Quotas, Store } from "../../../src/contracts/index.ts";
import { memoryStore } from "../../../src/fleet/store/memory.ts";
import { redisStore } from "../../../src/fleet/store/redis.ts";
import { sqliteStore } from "../../../src/fleet/store/sqlite.ts";
import { storeConformance } from "../../../src/testing/index.ts";
import { type RedisServer, startRedis, withoutRedis } from "../../support/redis-server.ts";
import { numRuns } from "../../support/runs.ts";
import { withoutSqlite } from "../../support/sqlite.ts";

/** Time of all stores here. */
let now = 1_800_000_000_000;
const time = (): number => now;
const advance = (ms: number): void => {
  now += ms;
};

interface Kind {
  readonly name: string;
  readonly without?: string | undefined;
  begin?(): Promise<void>;
  open(): Promise<Store>;
  end?(): Promise<void>;
}

let server: RedisServer;
let folder: string;
let opened = 0;
const kinds: readonly Kind[] = [
  { name: "memory", open: async () => memoryStore({ now: time }) },
  {
    name: "SQLite",
    without: withoutSqlite,
    async begin() {
      folder = mkdtempSync(join(tmpdir(), "switchpoint-sqlite-"));
    },
    open() {
      opened += 1;
      return sqliteStore({ file: join(folder, `${opened}.db`), now: time });
    },
    async end() {
      rmSync(folder, { recursive: true, force: true });
    },
  },
  {
    name: "Redis",
    without: withoutRedis,
    async begin() {
      server = await startRedis();
    },
    async open() {
      opened += 1;
      return redisStore({ client: server.connect(), namespace: `test ${opened}`, now: time });
    },
    end: () => server.stop(),
  },
];

for (const { name, without, begin, open, end } of kinds)
  describe.skipIf(without !== undefined)(
    `a store in ${name}${without === undefined ? "" : ` (${without})`}`,
    () => {
      if (begin) beforeAll(begin);
      if (end) afterAll(end);

      for (const { name: requirement, run } of storeConformance({ open, advance })) it(requirement, run);

      it("never counts more as used and open than the limit, whatever lapses or is late, but what a lapse gave back", async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
            const store = await open();
            const spent = new Map<string, number>();
            const returned = new Set<string>();
            const late = new Map<string, number>();
            for (const one of steps) {
              // What is told is at most what was reserved: a real bill is.
              const answer = await take(store.quotas, one, spent);
              if (one.kind === "reserve" && one.lapse === "return") returned.add(one.id);
              // What a lapse gave back, and was spent all the same, is the truth: it counts on top.
              if (one.kind === "settle" && answer === "lapsed" && returned.has(one.id))
                late.set(
                  one.id,
                  Math.max(late.get(one.id) ?? 0, Math.min(one.spent, spent.get(one.id) ?? 0)),
                );
              const [window] = await store.quotas.read(["w"]);
              const above = [...late.values()].reduce((sum, told) => sum + told, 0);
              expect((window?.used ?? 0) + (window?.open ?? 0)).toBeLessThanOrEqual(100 + above);
            }
            await store.close();
          }),
          numRuns(200),
        );
      });

      it("lets all of many lapse within some calls, and keeps those that are not due", async () => {
        const store = await open();
        const { quotas } = store;
        const limits = [{ key: "many", limit: 100_000 }];
        const reserve = (id: string, ttlMs: number, lapse: "spend" | "return") =>
          quotas.reserve({ id, amount: 10, limits, ttlMs, lapse });
        await Promise.all(
          Array.from({ length: 600 }, (_, at) =>
            reserve(`m${at}`, at % 3 === 0 ? 90_000 : 1_000, at % 3 === 1 ? "return" : "spend"),
          ),
        );
        advance(1_000);
        // One that was reserved while others are looked through is not missed.
        await reserve("late", 10_000, "spend");
        for (let call = 0; call < 40; call += 1) await quotas.read(["many"]);
        expect(await quotas.read(["many"])).toEqual([{ used: 2_000, open: 2_010 }]);
        advance(10_000);
        for (let call = 0; call < 40; call += 1) await quotas.read(["many"]);
        expect(await quotas.read(["many"])).toEqual([{ used: 2_010, open: 2_000 }]);
        // What has lapsed is known for a while, and takes the truth.
        advance(80_000);
        for (let call = 0; call < 40; call += 1) await quotas.read(["many"]);
        expect(await quotas.settle({ id: "m0", spent: 4, keep: 0, ttlMs: 1_000 })).toBe("lapsed");
        expect(await quotas.read(["many"])).toEqual([{ used: 4_004, open: 0 }]);
        await store.close();
      });

      it("takes many calls at once, in their order", async () => {
        const store = await open();
        const { quotas } = store;
        const limits = [{ key: "crowd", limit: 500 }];
        const answers = await Promise.all(
          Array.from({ length: 100 }, async (_, at) => {
            const reserved = quotas.reserve({ id: `c${at}`, amount: 10, limits, ttlMs: 9_000 });
            const again = quotas.reserve({ id: `c${at}`, amount: 10, limits, ttlMs: 9_000 });
            const settled = quotas.settle({ id: `c${at}`, spent: 10, keep: 0, ttlMs: 9_000 });
            return [await reserved, await again, await settled] as const;
          }),
        );
        answers.forEach(([reserved, again, settled], at) => {
          expect(reserved).toMatchObject(
            at < 50 ? { granted: 10 } : { granted: 0, key: "crowd", why: "limit" },
          );
          expect(again).toEqual(reserved);
          if (at < 50) expect(settled).toMatchObject({ granted: 0 });
          else expect(settled).toBe("lapsed");
        });
        expect(await quotas.read(["crowd"])).toEqual([{ used: 500, open: 0 }]);
        await store.close();
      });

      it("lets processes that stood still spend no more than the limit, whichever of their messages comes first", async () => {
        await fc.assert(
          fc.asyncProperty(turns, async (steps) => {
            const store = await open();
            const processes = ["p", "q"].map((id) => new StillProcess(store.quotas, id));
            for (const { of, ...one } of steps) {
              if (one.kind === "lapse") now += 1_000;
              else await processes[of]?.take(one);
              const atStake = processes.reduce((sum, { spent, held }) => sum + spent + held, 0);
              expect(atStake).toBeLessThanOrEqual(100);
            }
            await store.close();
          }),
          numRuns(1_000),
        );
      });

      it.skipIf(name === "memory")("answers exactly as the memory store does", async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
            const [ours, reference] = [await open(), memoryStore({ now: time })];
            for (const one of steps) {
              const before = now;
              const answer = await take(reference.quotas, one);
              now = before;
              expect(await take(ours.quotas, one)).toEqual(answer);
            }
            await ours.close();
          }),
          numRuns(1_000),
        );
      });
    },
  );

const amount = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 120 }));
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("reserve" as const),
      id: fc.integer({ min: 0, max: 5 }).map(String),
      amount,
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      lapse: fc.constantFrom("spend" as const, "return" as const),
      limits: fc.constantFrom("w", "wb", "b", "t"),
      ttlMs: fc.integer({ min: 1, max: 400 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("settle" as const),
      id: fc.integer({ min: 0, max: 5 }).map(String),
      spent: amount,
      keep: amount,
      ttlMs: fc.integer({ min: 1, max: 400 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 500 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("reset" as const), used: fc.integer({ min: 0, max: 50 }) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const limitsOf = {
  w: [{ key: "w", limit: 100 }],
  b: [{ key: "b", limit: 60, refillPerMs: 0.07 }],
  wb: [
    { key: "w", limit: 100 },
    { key: "b", limit: 60, refillPerMs: 0.07 },
  ],
  t: [{ key: "t", limit: 90, windowEndsAt: 1_800_000_030_000 }],
};

const turn = fc.record({
  of: fc.nat(1),
  kind: fc.constantFrom("draw", "draw", "draw", "end", "tell", "tell", "tell", "tell", "lapse"),
  amount: fc.integer({ min: 1, max: 60 }),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
});

const turns = fc.array(turn, { maxLength: 60, size: "max" });

/** A process with a lease of which it does not know that it has lapsed: only the store's clock moves. */
class StillProcess {
  readonly #quotas: Quotas;
  readonly #id: string;
  spent = 0;
  held = 0;
  #free = 0;
  #isReserved = false;

  constructor(quotas: Quotas, id: string) {
    this.#quotas = quotas;
    this.#id = id;
  }

  async take({ kind, amount, share }: Omit<typeof turn extends fc.Arbitrary<infer T> ? T : never, "of">) {
    if (kind === "draw") {
      const drawn = Math.min(amount, this.#free);
      this.#free -= drawn;
      this.held += drawn;
    } else if (kind === "end") {
      const spent = Math.floor(share * this.held);
      this.spent += spent;
      this.#free += this.held - spent;
      this.held = 0;
    } else await this.#tell(amount);
  }

  /** Sends one message: others may come between it and the next. */
  async #tell(more: number): Promise<void> {
    const [id, ttlMs, spent] = [this.#id, 1_000, this.spent];
    if (!this.#isReserved) {
      // What was granted is used once it is known what of it is still free.
      const amount = spent + this.held + more;
      await this.#quotas.reserve({ id, amount, atLeast: 0, limits: limitsOf.w, ttlMs });
      this.#isReserved = true;
    } else {
      const answer = await this.#quotas.settle({ id, spent, keep: this.held + this.#free + more, ttlMs });
      this.#isReserved = answer !== "lapsed";
      this.#free = answer === "lapsed" ? 0 : Math.max(0, answer.granted - this.held);
    }
  }
}

/** Takes one step. With `spent` no reservation tells more than it was granted. */
async function take(quotas: Quotas, one: Step, granted?: Map<string, number>): Promise<unknown> {
  if (one.kind === "wait") {
    now += one.ms;
    return quotas.read(["w", "b", "t"]);
  }
  if (one.kind === "reset") {
    if (granted !== undefined) return undefined;
    await quotas.reset("w", one.used);
    return quotas.read(["w"]);
  }
  if (one.kind === "settle") {
    const most = granted?.get(one.id) ?? Number.POSITIVE_INFINITY;
    const spent = granted === undefined ? one.spent : Math.min(one.spent, most);
    const answer = await quotas.settle({ id: one.id, spent, keep: one.keep, ttlMs: one.ttlMs });
    if (granted !== undefined && answer !== "lapsed") granted.set(one.id, spent + answer.granted);
    return answer;
  }
  const { id, amount: wanted, share, lapse, limits, ttlMs } = one;
  const atLeast = Math.floor(share * wanted);
  const answer = await quotas.reserve({
    id,
    amount: wanted,
    atLeast,
    lapse,
    limits: limitsOf[limits],
    ttlMs,
  });
  if (granted !== undefined) granted.set(id, Math.max(granted.get(id) ?? 0, answer.granted));
  return answer;
}
