import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { QuotaLimit } from "../../../src/contracts/index.ts";
import { numRuns } from "../../support/runs.ts";
import { type DeskInWorld, openDesk } from "../../support/shared/desk-world.ts";
import { type Fault, type FaultyStore, faultyStore } from "../../support/shared/faulty-store.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const limit = 1_000;
const limitsOf: Readonly<Record<"a" | "ab", readonly QuotaLimit[]>> = {
  a: [{ key: "a", limit }],
  ab: [
    { key: "a", limit },
    { key: "b", limit: 700 },
  ],
};

interface CallUnderWay {
  readonly id: string;
  readonly keys: readonly string[];
  readonly amount: number;
  /** Told while the call goes on. */
  spent: number;
}

/** A process, its calls under way, and what its calls have spent. */
class Process {
  readonly link: { fault: Fault } = { fault: "none" };
  readonly desk: DeskInWorld;
  readonly calls: CallUnderWay[] = [];
  readonly world: World;
  readonly #name: string;
  #count = 0;

  /** False until a reservation was answered within the time limit: then the store has answered, or is known to be down. */
  #hasAnswered = false;

  constructor(world: World, number: number, mode: "leased" | "strict") {
    this.world = world;
    this.#name = `${number}-${world.started}`;
    world.started += 1;
    // Clocks are 5 s apart, and one runs fast.
    const skewMs = (number - 1) * 5_000;
    this.desk = openDesk({
      store: world.store.for(this.link),
      mode,
      down: world.down,
      leaseShare: 0.2,
      timeoutMs: 20,
      wall: () => Date.now() + skewMs,
      monotonic: () => performance.now() * (number === 2 ? 1.0001 : 1),
    });
  }

  async reserve(amount: number, kind: "a" | "ab"): Promise<void> {
    this.#count += 1;
    const id = `${this.#name}/${this.#count}`;
    const limits = limitsOf[kind];
    const asked = this.desk.reserve({ id, amount, limits });
    let answer: Awaited<typeof asked> | undefined;
    void Promise.resolve(asked).then((value) => {
      answer = value;
    });
    await vi.advanceTimersByTimeAsync(25);
    // Until the store's first answer the wait is a second.
    if (answer === undefined && !this.#hasAnswered) await vi.advanceTimersByTimeAsync(1_000);
    else this.#hasAnswered = true;
    expect(answer, "the wait is bounded").toBeDefined();
    if (answer === true) this.calls.push({ id, amount, keys: limits.map(({ key }) => key), spent: 0 });
    else expect(["limit", "store", "too-large"]).toContain(answer?.why);
  }

  settle(at: number, share: number): void {
    const [call] = this.calls.splice(at % Math.max(1, this.calls.length), 1);
    if (call === undefined) return;
    const spent = Math.max(call.spent, Math.floor(share * call.amount));
    this.desk.settle(call.id, spent, 0);
    this.world.note(call.keys, spent);
  }

  /** Tells what a stream has spent so far. A message that comes late tells less. */
  progress(at: number, share: number): void {
    const call = this.calls[at % Math.max(1, this.calls.length)];
    if (call === undefined) return;
    const spent = Math.floor(share * call.amount);
    this.desk.settle(call.id, spent, call.amount - Math.max(spent, call.spent));
    call.spent = Math.max(spent, call.spent);
  }

  /** Ends without a word. Its calls may have spent all that they reserved. */
  crash(): void {
    this.link.fault = "silent";
    for (const { keys, amount } of this.calls.splice(0)) this.world.note(keys, amount);
  }
}

class World {
  /** Time by which the store's clock has jumped. */
  jumpedMs = 0;
  readonly store: FaultyStore = faultyStore(() => Date.now() + this.jumpedMs);
  readonly spent = new Map<string, number>();
  processes: Process[] = [];
  started = 0;

  readonly mode: "leased" | "strict";
  readonly down: "open" | "closed";

  constructor(mode: "leased" | "strict", down: "open" | "closed") {
    this.mode = mode;
    this.down = down;
    this.processes = [0, 1, 2].map((number) => new Process(this, number, mode));
  }

  note(keys: readonly string[], amount: number): void {
    for (const key of keys) this.spent.set(key, (this.spent.get(key) ?? 0) + amount);
  }

  /** Sum of what was spent and what calls may still spend. */
  atStake(key: string): number {
    const calls = this.processes.flatMap((process) => process.calls);
    const open = calls.filter(({ keys }) => keys.includes(key)).reduce((sum, { amount }) => sum + amount, 0);
    return (this.spent.get(key) ?? 0) + open;
  }

  async counted(key: string): Promise<{ readonly used: number; readonly open: number }> {
    const [state] = await this.store.honest().quotas.read([`router/${key}`]);
    return state ?? { used: 0, open: 0 };
  }

  async end(): Promise<void> {
    for (const process of this.processes) {
      process.link.fault = "none";
      while (process.calls.length > 0) process.settle(0, 1);
    }
    await vi.advanceTimersByTimeAsync(20_000);
    for (const process of this.processes) void process.desk.close();
    await vi.advanceTimersByTimeAsync(5_000);
  }
}

const process = fc.integer({ min: 0, max: 2 });
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("reserve" as const),
      process,
      amount: fc.integer({ min: 0, max: 120 }),
      limits: fc.constantFrom("a" as const, "ab" as const),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("settle" as const),
      process,
      at: fc.nat({ max: 5 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("progress" as const),
      process,
      at: fc.nat({ max: 5 }),
      share: fc.double({ min: 0, max: 0.9, noNaN: true }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("fault" as const),
      process,
      fault: fc.constantFrom("none", "none", "rejects", "lost", "silent", "lies") as fc.Arbitrary<Fault>,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      ms: fc.constantFrom(1, 60, 700, 5_000, 40_000, 40_000, 1_000_000, 2_000_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("crash" as const), process }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("jump" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function take(world: World, one: Step): Promise<void> {
  switch (one.kind) {
    case "reserve":
      return world.processes[one.process]?.reserve(one.amount, one.limits);
    case "settle":
      return world.processes[one.process]?.settle(one.at, one.share);
    case "progress":
      return world.processes[one.process]?.progress(one.at, one.share);
    case "fault": {
      const target = world.processes[one.process];
      if (target !== undefined) target.link.fault = one.fault;
      return;
    }
    case "wait":
      await vi.advanceTimersByTimeAsync(one.ms);
      return;
    case "crash":
      world.processes[one.process]?.crash();
      world.processes[one.process] = new Process(world, one.process, world.mode);
      return;
    case "restart":
      world.store.restart({ withData: true });
      return;
    case "jump":
      // Once: after twice the time a store forgets what has lapsed.
      world.jumpedMs = 1_000_000;
  }
}

/** True of what lets reservations lapse without the time that processes know of: they stood still, or so it looks. */
const isJump = (one: Step): boolean => one.kind === "jump";
const isLongWait = (one: Step): boolean => one.kind === "wait" && one.ms > 100_000;

/** Steps after which nothing is lost and nothing has lapsed. */
const calm = step.filter((one) => one.kind !== "crash" && !isLongWait(one) && !isJump(one));

const withoutRestart = calm.filter((one) => one.kind !== "restart");

/** Steps in which reservations lapse as their processes know, and in which processes do not know. */
const lapses = {
  "whatever fails": step.filter((one) => !isJump(one)),
  "whatever lapses unnoticed": step.filter((one) => !isLongWait(one)),
};

for (const mode of ["strict", "leased"] as const) {
  it.each(Object.entries(lapses))(
    `${mode}: settled and open never exceed the limit, %s, and nothing that is spent is missing`,
    async (_, any) => {
      await fc.assert(
        fc.asyncProperty(fc.array(any, { maxLength: 60 }), async (steps) => {
          const world = new World(mode, "closed");
          for (const one of steps) {
            await take(world, one);
            for (const key of ["a", "b"]) {
              const { used, open } = await world.counted(key);
              expect(used + open).toBeLessThanOrEqual(key === "a" ? limit : 700);
              expect(world.atStake(key)).toBeLessThanOrEqual(used + open);
            }
          }
          await world.end();
          for (const key of ["a", "b"]) {
            const { used, open } = await world.counted(key);
            expect(world.spent.get(key) ?? 0).toBeLessThanOrEqual(used + open);
          }
        }),
        numRuns(1_000),
      );
    },
  );

  it(`${mode}: all that lives is counted exactly once nothing fails any more, also after it has lapsed`, async () => {
    for (const down of ["closed", "open"] as const)
      await fc.assert(
        fc.asyncProperty(
          fc.array(withoutRestart, { maxLength: 40 }),
          fc.boolean(),
          fc.array(withoutRestart, { maxLength: 20 }),
          async (before, lapses, after) => {
            const world = new World(mode, down);
            for (const one of before) await take(world, one);
            // Once only: after twice the time a store forgets what has lapsed.
            if (lapses) await vi.advanceTimersByTimeAsync(1_000_000);
            for (const one of after) await take(world, one);
            await world.end();
            for (const key of ["a", "b"])
              expect(await world.counted(key)).toEqual({ used: world.spent.get(key) ?? 0, open: 0 });
          },
        ),
        numRuns(1_000),
      );
  });

  it(`${mode}: a restart of the store with its data changes no total`, async () => {
    // Of a last message without an answer it is not known for longer than a minute whether the store got it.
    const short = calm.filter((one) => !(one.kind === "wait" && one.ms > 700));
    await fc.assert(
      fc.asyncProperty(fc.array(short, { maxLength: 60 }), async (steps) => {
        const world = new World(mode, "closed");
        for (const one of steps) await take(world, one);
        await world.end();
        for (const key of ["a", "b"])
          expect(await world.counted(key)).toEqual({ used: world.spent.get(key) ?? 0, open: 0 });
      }),
      numRuns(1_000),
    );
  });

  it(`${mode}: after a loss of all data what was lost is all that can be spent twice`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(calm, { maxLength: 40 }),
        fc.array(calm, { maxLength: 40 }),
        async (before, after) => {
          const world = new World(mode, "closed");
          for (const one of before) await take(world, one);
          const lost = await world.counted("a");
          const spent = world.spent.get("a") ?? 0;
          world.store.restart({ withData: false });
          for (const one of after) await take(world, one);
          await world.end();
          const all = world.spent.get("a") ?? 0;
          const { used, open } = await world.counted("a");
          expect(open).toBe(0);
          expect(used).toBeLessThanOrEqual(all);
          // Calls that ended later were under way or came later, and all of them count.
          expect(used).toBeGreaterThanOrEqual(all - spent);
          expect(all).toBeLessThanOrEqual(limit + lost.used + lost.open);
        },
      ),
      numRuns(1_000),
    );
  });
}
