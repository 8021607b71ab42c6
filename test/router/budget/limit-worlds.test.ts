import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Account, QuotaDesk } from "../../../src/contracts/ports/index.ts";
import { resolveFleetOptions } from "../../../src/fleet/fleet-options.ts";
import { createQuotaDesk } from "../../../src/fleet/quotas/quota-desk.ts";
import { memoryStore } from "../../../src/fleet/store/memory.ts";
import { createClock } from "../../../src/plugin/clock.ts";
import { createBudgetDoor } from "../../../src/router/budget/budget-door.ts";
import { resolveBudgets } from "../../../src/router/budget/budget-options.ts";
import { lateSharedBudgets } from "../../../src/router/budget/late-shared-budgets.ts";
import { createLedger } from "../../../src/router/budget/ledger.ts";
import { checkSpend, exportSpend } from "../../../src/router/budget/spend-state.ts";
import * as parts from "../../../src/router/budget/tell.ts";
import { numRuns } from "../../support/runs.ts";

beforeAll(async () => {
  await lateSharedBudgets.load();
});

const noon = Date.UTC(2026, 0, 31, 12);
const hour = 3_600_000;
/** Limits in thousandths of a dollar. */
const table: Readonly<Record<string, number>> = { a: 100, b: 10, c: 1_000, constructor: 30, d: 0 };
const others = 50;
const owners = ["a", "b", "c", "constructor", "d", "e", "f", "g"];

const action = fc.record({
  kind: fc.constantFrom(
    "reserve",
    "reserve",
    "reserve",
    "settle",
    "fail",
    "set",
    "default",
    "reset",
    "hour",
    "kill",
  ),
  owner: fc.nat(owners.length - 1),
  milli: fc.nat(120),
  at: fc.nat(20),
});

interface Call {
  readonly account: Account;
  readonly id: string;
  readonly owner: string;
  readonly window: number;
  readonly milli: number;
}

/** A router's budget that is kept in this process, or by a desk; `kill` goes on in another process. */
function worldOf(mode: "local" | "strict" | "leased", maxOwners: number) {
  let time = noon;
  const now = () => time;
  const limitFor = Object.fromEntries(Object.entries(table).map(([name, milli]) => [name, milli / 1_000]));
  const budgets = resolveBudgets(
    [{ name: "b", limitUsd: others / 1_000, period: "hour", per: "tenant", limitFor, maxOwners }],
    {},
  );
  const store = memoryStore({ now });
  const shared = resolveFleetOptions("fleet", {
    store,
    mode: mode === "local" ? "strict" : mode,
    timeoutMs: 60_000,
  });
  const start = () => {
    const desk: (QuotaDesk & { close(): Promise<void> }) | undefined =
      mode === "local"
        ? undefined
        : createQuotaDesk({ shared, clock: createClock(now, () => time - noon), emit: () => {} });
    const ledger = createLedger({ parts: () => parts, budgets, desk, now, monotonic: () => time - noon });
    const state = { store, keyOf: (key: string) => `${shared.namespace}/${key}` };
    const door = createBudgetDoor({
      budgets,
      kept: ledger.kept,
      desk,
      now,
      shared: desk === undefined ? undefined : state,
    });
    return { desk, ledger, door };
  };
  let process = start();
  return {
    now,
    pass: (ms: number) => {
      time += ms;
    },
    get ledger() {
      return process.ledger;
    },
    get door() {
      return process.door;
    },
    async kill() {
      const { ledger, desk } = process;
      const state = JSON.parse(JSON.stringify(exportSpend(ledger.kept)));
      process = start();
      checkSpend(state, process.ledger.kept).forEach((one, at) => {
        if (mode === "local") process.ledger.kept[at]?.book.restore(one, time);
      });
      // What it held lapses later: the store is told nothing.
      void desk;
    },
    end: () => process.desk?.close(),
  };
}

describe.each(["local", "strict", "leased"] as const)("limits by owner, %s", (mode) => {
  it("are never passed by what was reserved while they held, whatever is set, reset, over or killed", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { maxLength: 80, size: "max" }),
        fc.constantFrom(10_000, mode === "local" ? 3 : 10_000),
        async (actions, maxOwners) => {
          const world = worldOf(mode, maxOwners);
          const set = new Map<string, number>();
          const open: Call[] = [];
          const spent = new Map<string, number>();
          let calls = 0;
          const windowAt = () => Math.floor(world.now() / hour);
          const limitOf = (owner: string) => set.get(owner) ?? table[owner] ?? others;
          const keyOf = (owner: string, window: number) => `${window} ${owner}`;
          const committed = (owner: string, window: number) =>
            open
              .filter((one) => one.owner === owner && one.window === window)
              .reduce((sum, { milli }) => sum + milli, spent.get(keyOf(owner, window)) ?? 0);
          const end = ({ account, id, owner, window, milli }: Call, share: number) => {
            const cost = Math.floor(milli * share);
            account.settle(id, cost / 1_000);
            account.close();
            spent.set(keyOf(owner, window), (spent.get(keyOf(owner, window)) ?? 0) + cost);
          };
          for (const { kind, owner: index, milli, at } of actions) {
            const owner = owners[index] as string;
            const window = windowAt();
            if (kind === "reserve") {
              const account = world.ledger.open({ tenant: owner }, world.now);
              await account.learn(1_000);
              calls += 1;
              const id = `${calls}`;
              const before = committed(owner, window);
              if ((await account.reserve({ attemptId: id, costUsd: milli / 1_000 })) === true) {
                if (milli > 0) expect(before + milli).toBeLessThanOrEqual(limitOf(owner));
                open.push({ account, id, owner, window, milli });
              } else {
                account.close();
                // Nothing is refused that fits, unless accounts were forgotten, or another process holds it.
                if (
                  mode === "local" &&
                  maxOwners > owners.length &&
                  !actions.some((one) => one.kind === "kill")
                )
                  expect(before + milli).toBeGreaterThan(limitOf(owner));
              }
            }
            if (kind === "settle" || kind === "fail") {
              const [one] = open.splice(at % Math.max(1, open.length), 1);
              if (one !== undefined) end(one, kind === "fail" ? 0 : 0.5);
            }
            if (kind === "set" || kind === "default") {
              if (kind === "set") set.set(owner, milli);
              else set.delete(owner);
              const limit = kind === "set" ? milli / 1_000 : ("default" as const);
              const account = await world.door.set({ name: "b", tenant: owner, limit });
              expect(account).toMatchObject({
                limit: limitOf(owner) / 1_000,
                limitFrom: kind === "set" ? "set" : owner in table ? "table" : "config",
              });
              expect(account.used).toBeGreaterThanOrEqual(0);
              expect(account.open).toBeGreaterThanOrEqual(0);
            }
            if (kind === "reset") {
              await world.door.reset({ name: "b", tenant: owner });
              spent.set(keyOf(owner, window), 0);
            }
            if (kind === "hour") world.pass(hour);
            if (kind === "kill") {
              await world.kill();
              // What a killed process held is not known to be spent.
              open.length = 0;
            }
          }
          for (const one of open) end(one, 1);
          await world.end();
        },
      ),
      numRuns(300),
    );
  });
});
