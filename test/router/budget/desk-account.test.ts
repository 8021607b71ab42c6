import { describe, expect, it } from "vitest";
import { memoryStore } from "../../../src/fleet/store/memory.ts";
import * as parts from "../../../src/router/budget/account-parts.ts";
import { resolveBudgets } from "../../../src/router/budget/budget-options.ts";
import { createLedger } from "../../../src/router/budget/ledger.ts";
import { openDesk, settled } from "../../support/shared/desk-world.ts";

const now = () => Date.UTC(2026, 0, 31, 12);
const budgets = resolveBudgets([{ name: "all", limitUsd: 1, period: "total" }], {});

function worldOf(mode: "leased" | "strict", store = memoryStore()) {
  const desk = openDesk({ store, mode });
  const ledger = createLedger({ parts: () => parts, budgets, desk, now });
  return { desk, store, open: () => ledger.open({}, now) };
}

describe.each(["leased", "strict"] as const)("an account at a desk in %s mode", (mode) => {
  it("counts a call that was expected to be free and was not", async () => {
    const { desk, store, open } = worldOf(mode);
    const account = open();
    expect(await account.reserve({ attemptId: "1", costUsd: 0 })).toBe(true);
    account.settle("1", 0.25);
    account.close();
    await settled();
    await desk.close();
    const other = worldOf(mode, store);
    const next = other.open();
    await next.learn(1_000);
    expect(next.state()?.spend?.usedUsd).toBe(0.25);
    await other.desk.close();
  });

  it("gives back what is granted to a stream that ended while the store was asked", async () => {
    const { desk, store, open } = worldOf(mode);
    const account = open();
    expect(await account.reserve({ attemptId: "1", costUsd: 0.1 })).toBe(true);
    const more = account.reserve({ attemptId: "1", costUsd: 0.8 });
    account.settle("1", 0.1);
    account.close();
    await more;
    await settled();
    await desk.close();
    const other = worldOf(mode, store);
    const next = other.open();
    await next.learn(1_000);
    expect(await next.reserve({ attemptId: "2", costUsd: 0.85 })).toBe(true);
    await other.desk.close();
  });
});
