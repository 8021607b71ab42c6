import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { always } from "../../policies/index.ts";
import { fleet, memoryStore } from "../../src/fleet/index.ts";
import type { BudgetOptions } from "../../src/index.ts";
import { createRouter } from "../../src/index.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { type Folder, temporaryFolder } from "../support/cli-config.ts";
import { runCli } from "../support/run-cli.ts";

const budgets: readonly BudgetOptions<"small">[] = [
  { limitUsd: 10, period: "month" },
  { limitUsd: 2, period: "month", per: "tenant" },
];
const model = {
  ...fakeModel({ model: "small", usage: { inputTokens: 100_000, outputTokens: 0 } }),
  price: { usdPerMillionInputTokens: 10, usdPerMillionOutputTokens: 10 },
  maxOutputTokens: 1_000,
};
const request = { tenant: "acme", messages: [{ role: "user" as const, content: "Hello" }] };

let folder: Folder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

function sharing(store = memoryStore()) {
  const make = () =>
    createRouter({
      models: { small: model },
      policy: always("small"),
      budgets,
      shared: fleet({ store, mode: "strict", timeoutMs: 1_000 }),
    });
  return { store, router: make(), config: folder.config(make) };
}

const rowsOf = async (...args: readonly string[]) => {
  const { exitCode, out, err } = await runCli(["budget", ...args, "--json"]);
  expect({ exitCode, err: exitCode === 0 ? "" : err }).toEqual({ exitCode: 0, err: "" });
  return JSON.parse(out);
};

describe("switchpoint budget", () => {
  it("shows what processes that share a store have used, and resets one owner's", async () => {
    const { router, config } = sharing();
    await router.route(request);
    await router.close();
    expect(await rowsOf("--config", config)).toMatchObject([
      { name: "router-usd-month", used: 1, open: 0, limit: 10, unit: "usd" },
    ]);
    const [tenant] = await rowsOf("--config", config, "--tenant", "acme");
    expect(tenant).toMatchObject({ name: "tenant-usd-month", tenant: "acme", used: 1, limit: 2 });
    expect(tenant.resetsAt).toBeGreaterThan(Date.now());
    const reset = ["reset", "--config", config, "--name", "tenant-usd-month", "--tenant", "acme"];
    expect(await rowsOf(...reset, "--to", "0.25")).toMatchObject([{ used: 0.25 }]);
    expect(await rowsOf("--config", config, "--tenant", "acme")).toMatchObject([{ used: 0.25 }]);
    expect(await rowsOf("--config", config)).toMatchObject([{ used: 1 }]);
    const { out, err } = await runCli(["budget", "--config", config]);
    expect(out).toMatch(/router-usd-month +router +- +- +1 USD +0 +10 +10 %/);
    expect(err).toContain("does not list owners");
  });

  it("works on exported state where a router keeps its budgets itself", async () => {
    const make = () => createRouter({ models: { small: model }, policy: always("small"), budgets });
    const config = folder.config(make);
    const router = make();
    await router.route(request);
    const state = folder.file("state.json", JSON.stringify(router.exportState()));
    expect(await rowsOf("--config", config, "--state", state)).toMatchObject([
      { name: "router-usd-month", used: 1 },
      { name: "tenant-usd-month", tenant: "acme", used: 1 },
    ]);
    await rowsOf("reset", "--config", config, "--state", state, "--name", "router-usd-month");
    expect(await rowsOf("--config", config, "--state", state)).toMatchObject([
      { name: "router-usd-month", used: 0 },
      { name: "tenant-usd-month", used: 1 },
    ]);
  });

  it("sets the limit of one owner for all processes that share a store, and takes it back", async () => {
    const { router, config } = sharing();
    await router.route(request);
    const set = ["set", "--config", config, "--name", "tenant-usd-month", "--tenant", "acme"];
    expect(await rowsOf(...set, "--limit", "80")).toMatchObject([
      { tenant: "acme", used: 1, limit: 80, limitFrom: "set" },
    ]);
    const { out } = await runCli(["budget", "--config", config, "--tenant", "acme"]);
    expect(out).toMatch(/tenant-usd-month +tenant +acme +- +1 USD +0 +80 \(set\) +1 %/);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await router.route(request);
    await router.route(request);
    expect(await rowsOf(...set, "--limit", "0")).toMatchObject([{ used: 3, limit: 0 }]);
    expect((await runCli(["budget", "--config", config, "--tenant", "acme"])).out).toMatch(
      /0 \(set\) +100 %/,
    );
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await expect(router.route(request)).rejects.toMatchObject({ code: "budget-exceeded", limitUsd: 0 });
    expect(await rowsOf(...set, "--limit", "default")).toMatchObject([{ limit: 2, limitFrom: "config" }]);
    await router.close();
  });

  it("sets the limit of one owner in exported state", async () => {
    const make = () => createRouter({ models: { small: model }, policy: always("small"), budgets });
    const config = folder.config(make);
    const state = folder.file("state.json", JSON.stringify(make().exportState()));
    const where = ["--config", config, "--state", state];
    await rowsOf("set", ...where, "--name", "tenant-usd-month", "--tenant", "acme", "--limit", "5.5");
    expect(await rowsOf(...where, "--tenant", "acme")).toMatchObject([
      { used: 0, limit: 5.5, limitFrom: "set" },
    ]);
    await rowsOf("set", ...where, "--name", "tenant-usd-month", "--tenant", "acme", "--limit", "default");
    expect(await rowsOf(...where, "--tenant", "acme")).toMatchObject([{ limit: 2, limitFrom: "config" }]);
  });

  it.each<[string, readonly string[], RegExp]>([
    ["a limit without a name", ["set", "--limit", "5"], /--name must be the name of a budget/],
    [
      "a limit without an amount",
      ["set", "--name", "router-usd-month"],
      /--limit must be an amount in US dollars/,
    ],
    [
      "a limit below 0",
      ["set", "--name", "router-usd-month", "--limit", "-1"],
      /--limit must be an amount in US dollars or tokens, 0 or more, or default, got/,
    ],
    [
      "a limit that is a word",
      ["set", "--name", "router-usd-month", "--limit", "none"],
      /--limit must be an amount in US dollars or tokens, 0 or more, or default, got/,
    ],
    [
      "a limit beyond what can be counted",
      ["set", "--name", "router-usd-month", "--limit", "9007200"],
      /setBudget.limit must be a number in \[0, 9007199\]/,
    ],
    [
      "a limit of an unknown budget",
      ["set", "--name", "x", "--limit", "5"],
      /one of router-usd-month, tenant-usd-month/,
    ],
    [
      "a limit of an owner that a budget cannot have",
      ["set", "--name", "router-usd-month", "--tenant", "a", "--limit", "5"],
      /none, since/,
    ],
    ["a reset without a name", ["reset"], /--name must be the name of a budget/],
    ["a name that no budget has", ["reset", "--name", "x"], /one of router-usd-month, tenant-usd-month/],
    [
      "an owner that a budget cannot have",
      ["reset", "--name", "router-usd-month", "--tenant", "a"],
      /none, since/,
    ],
    ["an amount below 0", ["reset", "--name", "router-usd-month", "--to", "-1"], /--to/],
    [
      "an amount beyond what can be counted",
      ["reset", "--name", "router-usd-month", "--to", "9007200"],
      /to must be/,
    ],
    ["a state next to a store", ["--state", "x"], /in its shared store/],
    ["an unknown command", ["rest"], /too many arguments|unknown command/],
  ])("refuses %s with exit code 2, and changes nothing", async (_, args, message) => {
    const { router, config } = sharing();
    await router.route(request);
    await router.close();
    const { exitCode, out, err } = await runCli(["budget", ...args, "--config", config]);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toMatch(message);
    expect(await rowsOf("--config", config)).toMatchObject([{ used: 1 }]);
  });

  it("says where budgets are that no store has, and that a config is needed", async () => {
    const config = folder.config(() =>
      createRouter({ models: { small: model }, policy: always("small"), budgets }),
    );
    const own = await runCli(["budget", "--config", config]);
    expect(own).toMatchObject({ exitCode: 2, out: "" });
    expect(own.err).toMatch(/has no shared store/);
    expect((await runCli(["budget"])).err).toMatch(/--config must be a file/);
  });
});
