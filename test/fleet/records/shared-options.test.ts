import { expect, it, vi } from "vitest";
import { resolveShared } from "../../../src/fleet/records/shared-options.ts";
import { memoryStore } from "../../../src/fleet/store/memory.ts";
import { createRouter } from "../../../src/router/create/create-router.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { faultyStore } from "../../support/shared/faulty-store.ts";

const store = memoryStore();

it("fills in what is not given", () => {
  expect(resolveShared({ store })).toEqual({
    store,
    namespace: "router",
    mode: "leased",
    leaseShare: 0.01,
    timeoutMs: 20,
    down: "closed",
    sessionTrustMs: 2_000,
  });
});

it.each([
  ["shared.store", { store: {} }],
  ["shared.store.name", { store: { ...store, name: "" } }],
  ["shared.store.quotas", { store: { ...store, quotas: {} } }],
  ["shared.store.records", { store: { ...store, records: undefined } }],
  ["shared.namespace", { store, namespace: "a{b}" }],
  ["shared.namespace", { store, namespace: "x".repeat(65) }],
  ["shared.mode", { store, mode: "loose" }],
  ["shared.leaseShare", { store, leaseShare: 0 }],
  ["shared.leaseShare", { store, leaseShare: 1.5 }],
  ["shared.leaseShare", { store, leaseShare: Number.NaN }],
  ["shared.timeoutMs", { store, timeoutMs: 0 }],
  ["shared.timeoutMs", { store, timeoutMs: Number.POSITIVE_INFINITY }],
  ["shared.down", { store, down: "ajar" }],
  ["shared.sessionTrustMs", { store, sessionTrustMs: -1 }],
  ["shared.timeout", { store, timeout: 5 }],
])("names the option that is wrong: %s", (option, given) => {
  expect(() => resolveShared(given as never)).toThrow(
    expect.objectContaining({ name: "InvalidOptionError", message: expect.stringContaining(option) }),
  );
});

it("a router tells its listeners that the store fails, serves requests, and closes", async () => {
  const events: string[] = [];
  const router = createRouter({
    models: { only: fakeModel() },
    policy: { name: "only", select: () => ({ model: "only", reason: "the only one" }) },
    shared: { store: faultyStore(Date.now).for({ fault: "rejects" }) },
    onEvent: ({ type }) => events.push(type),
  });
  await vi.waitFor(() => expect(events).toEqual(["store-failed"]));
  expect((await router.route("hi")).text).toBe("ok");
  await router.close();
});
