import { expect, it, vi } from "vitest";
import { resolveFleetOptions } from "../../src/fleet/fleet-options.ts";
import { fleet, memoryStore } from "../../src/fleet/index.ts";
import { createRouter } from "../../src/router/create/create-router.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { faultyStore } from "../support/shared/faulty-store.ts";

const store = memoryStore();

it("fills in what is not given", () => {
  expect(resolveFleetOptions("fleet", { store })).toEqual({
    store,
    namespace: "router",
    mode: "leased",
    leaseShare: 0.01,
    timeoutMs: 100,
    down: "closed",
    sessionTrustMs: 2_000,
  });
});

it.each([
  ["fleet.store.quotas", { store: { ...store, quotas: {} } }],
  ["fleet.store.records", { store: { ...store, records: undefined } }],
  ["fleet.namespace", { store, namespace: "a{b}" }],
])("names the option that is wrong: %s", (option, given) => {
  expect(() => fleet(given as never)).toThrow(
    expect.objectContaining({ name: "InvalidOptionError", message: expect.stringContaining(option) }),
  );
});

it("a router takes no store without fleet(), which its error names", () => {
  const make = (shared: unknown) => () =>
    createRouter({
      models: { only: fakeModel() },
      policy: { name: "only", select: () => ({ model: "only", reason: "the only one" }) },
      shared: shared as never,
    });
  const refused = 'shared must be fleet({ store }) of "switchpoint/fleet", got ';
  expect(make({ store })).toThrow(`${refused}an object`);
  expect(make(store)).toThrow(`${refused}an object`);
  expect(make(null)).toThrow(`${refused}null`);
});

it("a router tells its listeners that the store fails, serves requests, and closes", async () => {
  const events: string[] = [];
  const router = createRouter({
    models: { only: fakeModel() },
    policy: { name: "only", select: () => ({ model: "only", reason: "the only one" }) },
    shared: fleet({ store: faultyStore(Date.now).for({ fault: "rejects" }) }),
    onEvent: ({ type }) => events.push(type),
  });
  await vi.waitFor(() => expect(events).toEqual(["store-failed"]));
  expect((await router.route("hi")).text).toBe("ok");
  await router.close();
});
