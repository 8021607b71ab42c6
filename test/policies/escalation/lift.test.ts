import { describe, expect, it } from "vitest";
import { guarded, threshold } from "../../../policies/index.ts";
import {
  InvalidOptionError,
  type RouterEvent,
  type Store,
  StoreError,
} from "../../../src/contracts/index.ts";
import { fleet, memoryStore } from "../../../src/fleet/index.ts";
import { createRouter } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { watched } from "../../support/escalation/watched.ts";

const day = 86_400_000;

function capped(options: Parameters<typeof watched>[0] = { usual: 0.3 }) {
  const guard = watched(options);
  for (let at = 0; at < 200; at += 1) guard.decide("a", true);
  expect(guard.isCapped("a")).toBe(true);
  const until = guard.time.wall + guard.time.now + day;
  const lift = (given: { tenant?: string; owner?: string; together?: boolean; until?: number }) =>
    guard.state.lift?.({ tenant: undefined, owner: undefined, together: false, until, ...given });
  return { ...guard, lift, until };
}

describe("a cap that a person lifts", () => {
  it("is over at once, is told, and does not come again in the stated time, whatever the tenant sends", () => {
    const { lift, decide, isCapped, told, until, time } = capped();
    expect(lift({ tenant: "a" })).toBe(true);
    expect(isCapped("a")).toBe(false);
    expect(told.map(({ type }) => type)).toEqual(["escalation-abnormal", "escalation-lifted"]);
    expect(told[1]).toMatchObject({ unit: "a", capped: false, until });
    expect(told[1]).not.toHaveProperty("liftWith");
    for (let at = 0; at < 1_000; at += 1) decide("a", true);
    expect(isCapped("a")).toBe(false);
    // Then the evidence begins at zero, and the cap is as short as a first one.
    time.now += day;
    for (let at = 0; at < 70; at += 1) decide("a", true);
    expect(isCapped("a")).toBe(false);
    for (let at = 0; at < 60; at += 1) decide("a", true);
    expect(isCapped("a")).toBe(true);
    expect((told.at(-1)?.until ?? 0) - until).toBe(3_600_000);
  });

  it("is that of one tenant: others are capped as before", () => {
    const { lift, decide, isCapped } = capped();
    for (let at = 0; at < 200; at += 1) decide("b", true);
    lift({ tenant: "a" });
    expect([isCapped("a"), isCapped("b")]).toEqual([false, true]);
  });

  it("is lifted once, however often it is heard of, and may be lifted for longer", () => {
    const { lift, told, until } = capped();
    expect([lift({ tenant: "a" }), lift({ tenant: "a" })]).toEqual([true, false]);
    expect(told).toHaveLength(2);
    expect(lift({ tenant: "a", until: until - day })).toBe(false);
    expect(told).toHaveLength(2);
    lift({ tenant: "a", until: until + 1 });
    expect(told).toHaveLength(3);
  });

  it("stays lifted over a restart, not longer than a lift may last", () => {
    const { lift, state, until } = capped();
    lift({ tenant: "a", until: until + 1e13 });
    const next = watched({ usual: 0.3 });
    next.state.restoreState?.(JSON.parse(JSON.stringify(state.exportState?.())));
    for (let at = 0; at < 200; at += 1) next.decide("a", true);
    expect(next.isCapped("a")).toBe(false);
    next.time.now += 31 * day;
    for (let at = 0; at < 200; at += 1) next.decide("a", true);
    expect(next.isCapped("a")).toBe(true);
  });

  it("is over, too, where a new configuration says that all of it is usual", () => {
    const { state } = capped();
    const next = watched({ usual: 0.3, usualOf: { a: 1 } });
    next.state.restoreState?.(state.exportState?.() ?? null);
    expect(next.isCapped("a")).toBe(false);
  });

  it("can be that of all new tenants together", () => {
    const { lift, decide, isCapped, told } = capped();
    const flood = (name: string) => {
      for (let tenant = 0; tenant < 60; tenant += 1)
        for (let at = 0; at < 30; at += 1) decide(`${name}${tenant}`, true);
    };
    flood("new");
    expect(isCapped("never seen")).toBe(true);
    expect(told.at(-1)).toMatchObject({
      together: true,
      liftWith: "switchpoint guard lift --config router.ts --guard escalation --together",
    });
    expect(lift({ together: true })).toBe(true);
    expect([isCapped("never seen"), isCapped("a")]).toEqual([false, true]);
    flood("newer");
    expect(isCapped("never seen")).toBe(false);
  });

  it("is refused where the guard does not watch such a unit, and beyond 1,000 at a time", () => {
    const { lift } = capped();
    expect(() => lift({ tenant: "a", owner: "s" })).toThrow(InvalidOptionError);
    for (let at = 0; at < 1_000; at += 1) lift({ tenant: `t${at}` });
    expect(() => lift({ tenant: "one more" })).toThrow("at most 1000 lifted caps");
    const bySession = watched({ by: "session" });
    expect(() =>
      bySession.state.lift?.({ tenant: undefined, owner: undefined, together: true, until: 1e13 }),
    ).toThrow(InvalidOptionError);
  });
});

it.each([
  ["acme", "--tenant acme"],
  ["a b; rm -rf /", "--tenant 'a b; rm -rf /'"],
  ["it's $(x)", "--tenant 'it'\\''s $(x)'"],
])("the event of a cap has the command that lifts it, of a tenant named %s", (tenant, words) => {
  const guard = watched({ usual: 0.3, capMs: 1_000 });
  const flood = () => {
    for (let at = 0; at < 200; at += 1) guard.decide(tenant, true);
  };
  flood();
  guard.time.now = 990;
  flood();
  guard.time.now = 1_010;
  flood();
  const command = `switchpoint guard lift --config router.ts --guard escalation ${words}`;
  // Also when it is told again.
  expect(guard.told.map(({ liftWith }) => liftWith)).toEqual([command, command]);
});

type Id = "small" | "large";
const hard = [{ role: "user" as const, content: "hard" }];

function make(
  store?: Store,
  policy = guarded(threshold<Id>({ small: "small", large: "large", at: 0.5 }), { usual: 0.3 }),
) {
  const events: RouterEvent[] = [];
  const router = createRouter({
    models: { small: fakeModel({ model: "s" }), large: fakeModel({ model: "l" }) },
    classifier: { name: "fixed", version: "1", classify: () => ({ complexity: 0.9 }) },
    policy,
    ...(store && { shared: fleet({ store }) }),
    onEvent: (event) => events.push(event),
  });
  const send = async () => (await router.decide({ tenant: "a", messages: hard })).model;
  return { router, events, send };
}

describe("router.liftCap", () => {
  it("lifts the cap of a tenant", async () => {
    const { router, events, send } = make();
    for (let at = 0; at < 200; at += 1) await send();
    expect(await send()).toBe("small");
    const lifted = await router.liftCap({ tenant: "a", forMs: 60_000 });
    expect(lifted).toMatchObject({ guard: "escalation", tenant: "a", wasCapped: true });
    expect(await send()).toBe("large");
    expect(events.filter(({ type }) => type === "escalation-lifted")).toHaveLength(1);
    expect(await router.liftCap({ tenant: "nobody" })).toMatchObject({ wasCapped: false });
  });

  it("reaches the other processes of a fleet through their store", { timeout: 20_000 }, async () => {
    const store = memoryStore();
    const [one, two] = [make(store), make(store)];
    for (let at = 0; at < 200; at += 1) for (const { send } of [one, two]) await send();
    expect([await one.send(), await two.send()]).toEqual(["small", "small"]);
    // As the command line does it: a router that has seen no request.
    const operator = make(store);
    expect(await operator.router.liftCap({ tenant: "a" })).toMatchObject({ wasCapped: false });
    await operator.router.close();
    await expect.poll(one.send, { timeout: 10_000 }).toBe("large");
    await expect.poll(two.send, { timeout: 10_000 }).toBe("large");
    // Heard of every three seconds, and told once.
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    for (const { events, router } of [one, two]) {
      expect(events.filter(({ type }) => type === "escalation-lifted")).toHaveLength(1);
      await router.close();
    }
  });

  it("is not needed where a new policy says that all of it is usual: its guard knows of the cap, and ends it", async () => {
    const { router, send } = make();
    for (let at = 0; at < 200; at += 1) await send();
    expect(await send()).toBe("small");
    const split = threshold<Id>({ small: "small", large: "large", at: 0.5 });
    await router.replace({ policy: guarded(split, { usual: 0.3, usualOf: { b: 1 } }), reason: "b" });
    expect(await send()).toBe("small");
    await router.replace({ policy: guarded(split, { usual: 0.3, usualOf: { a: 1 } }), reason: "a" });
    expect(await send()).toBe("large");
  });

  it("rejects where the others cannot be told", async () => {
    const store = memoryStore();
    const broken: Store = {
      ...store,
      records: { ...store.records, put: () => Promise.reject(new Error("no")) },
    };
    const { router } = make(broken);
    await expect(router.liftCap({ tenant: "a" })).rejects.toThrow(StoreError);
    await router.close();
  });

  it("refuses what is no guard, and no lift", async () => {
    const { router } = make();
    for (const wrong of [{ guard: "other" }, { forMs: 1 }, { tenant: "a", together: true }])
      await expect(router.liftCap(wrong)).rejects.toThrow(InvalidOptionError);
    const without = make(undefined, threshold<Id>({ small: "small", large: "large", at: 0.5 }));
    await expect(without.router.liftCap({ tenant: "a" })).rejects.toThrow("has none");
  });
});
