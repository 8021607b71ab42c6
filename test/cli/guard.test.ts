import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { guarded, threshold } from "../../policies/index.ts";
import { fleet, memoryStore } from "../../src/fleet/index.ts";
import { createRouter } from "../../src/index.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { type Folder, temporaryFolder } from "../support/cli-config.ts";
import { runCli } from "../support/run-cli.ts";

let folder: Folder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

type Id = "small" | "large";
const make = (store?: ReturnType<typeof memoryStore>) =>
  createRouter({
    models: { small: fakeModel({ model: "s" }), large: fakeModel({ model: "l" }) },
    classifier: { name: "fixed", version: "1", classify: () => ({ complexity: 0.9 }) },
    policy: guarded(threshold<Id>({ small: "small", large: "large", at: 0.5 }), { usual: 0.3 }),
    ...(store && { shared: fleet({ store }) }),
  });
const ask = { tenant: "acme", messages: [{ role: "user" as const, content: "hard" }] };

it("lifts a cap in exported state, which is written", async () => {
  const router = make();
  for (let at = 0; at < 200; at += 1) await router.decide(ask);
  expect((await router.decide(ask)).model).toBe("small");
  const state = folder.file("state.json", JSON.stringify(router.exportState()));
  const config = folder.config(() => make());
  const lift = ["guard", "lift", "--config", config, "--state", state, "--tenant", "acme"];
  const { exitCode, out } = await runCli([...lift, "--hours", "2", "--json"]);
  expect(exitCode).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ guard: "escalation", tenant: "acme", wasCapped: true });
  expect(JSON.parse(out).until - Date.now()).toBeGreaterThan(7_000_000);
  const { out: again } = await runCli(lift);
  expect(again).toContain("escalation: tenant acme: no cap until");
  expect(again).toContain("there was no cap in this state");
  const next = make();
  next.restoreState(JSON.parse(readFileSync(state, "utf8")));
  expect((await next.decide(ask)).model).toBe("large");
});

it("works through a shared store, and refuses where it would reach nobody", async () => {
  const store = memoryStore();
  const shared = folder.config(() => make(store));
  const { exitCode, out } = await runCli(["guard", "lift", "--config", shared, "--together"]);
  expect({ exitCode, out }).toMatchObject({
    exitCode: 0,
    out: expect.stringContaining("the processes that share the store learn of it within seconds"),
  });
  const alone = folder.config(() => make());
  const lost = await runCli(["guard", "lift", "--config", alone, "--tenant", "acme"]);
  expect(lost).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining("its caps are in its own process"),
  });
});
