import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { memoryStore } from "../../src/fleet/store/memory.ts";
import { errors } from "../../src/loop/guards/errors.ts";
import { type Folder, temporaryFolder } from "../support/cli-config.ts";
import { rolloutWorld } from "../support/rollout/rollout-world.ts";
import { runCli } from "../support/run-cli.ts";

let folder: Folder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  folder.remove();
  Reflect.deleteProperty(globalThis, "exportsOfTest");
});

type Exports = Readonly<Record<string, unknown>>;

/** Writes a config file that exports what `make` returns, made again at each load. */
function configOf(make: () => Exports, names: readonly string[] = ["rollout"]): string {
  Object.assign(globalThis, { exportsOfTest: make });
  const lines = names.map((name) => `export const ${name} = all.${name};`);
  return folder.file(
    "router.ts",
    `const all = globalThis.exportsOfTest();\n${lines.join("\n")}\nexport default all.router;`,
  );
}

const options = { stages: [{ share: 0.25 }, { share: 0.5 }], minUnitsAtStage: 1_000 };

function sharing() {
  const store = memoryStore();
  const make = () => rolloutWorld({ ...options, store });
  return { world: make(), config: configOf(() => ({ ...make() })) };
}

const statusOf = async (config: string, ...args: readonly string[]) => {
  const { out, err } = await runCli(["rollout", ...args, "--config", config, "--json"]);
  expect(err).toBe("");
  return JSON.parse(out);
};

describe("switchpoint rollout", () => {
  it("shows and moves the rollout of other processes through their store", async () => {
    const { world, config } = sharing();
    await world.rollout.ready();
    await world.send(20);
    const { units } = await world.rollout.status();
    expect(await statusOf(config, "status")).toMatchObject({
      id: "small-for-all",
      stage: 0,
      state: "running",
      units,
    });
    const advance = await statusOf(config, "advance", "--by", "alice", "--reason", "tickets are fine");
    expect(advance).toMatchObject({
      stage: 1,
      share: 0.5,
      history: [{ by: "alice", reason: "tickets are fine" }],
    });
    await world.rollout.judge();
    expect(await world.rollout.status()).toMatchObject({ stage: 1, share: 0.5 });
    expect(await statusOf(config, "pause")).toMatchObject({
      state: "paused",
      history: [{}, { by: "command line" }],
    });
    expect(await statusOf(config, "resume", "--by", "bob")).toMatchObject({ state: "running" });
    const { exitCode, out } = await runCli(["rollout", "status", "--config", config]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^rollout small-for-all: running, stage 2 of 2 \(50 %\)/);
    expect(out).toMatch(/errors +guard +0.05/);
    expect(out).toMatch(/advance by alice: tickets are fine/);
    await statusOf(config, "abort", "--by", "carol");
    const aborted = await runCli(["rollout", "status", "--config", config]);
    expect(aborted).toMatchObject({ exitCode: 1, err: "" });
    expect(aborted.out).toContain("abort by carol");
    await world.router.close();
  });

  it("works on exported state where a rollout has no store", async () => {
    const world = rolloutWorld(options);
    await world.send(20);
    const state = folder.file("state.json", JSON.stringify(world.router.exportState()));
    const config = configOf(() => ({ ...rolloutWorld(options) }));
    expect(await statusOf(config, "status", "--state", state)).toMatchObject({ stage: 0 });
    await statusOf(config, "advance", "--state", state, "--by", "alice");
    const again = rolloutWorld(options);
    again.router.restoreState(JSON.parse(readFileSync(state, "utf8")));
    expect(await again.rollout.status()).toMatchObject({ stage: 1, history: [{ by: "alice" }] });
  });

  it("finds one of several by its id", async () => {
    const store = memoryStore();
    const config = configOf(() => {
      const first = rolloutWorld({ ...options, store });
      const second = rolloutWorld({ ...options, store, id: "second" });
      return { router: first.router, rollouts: [first.rollout, second.rollout] };
    }, ["rollouts"]);
    expect(await statusOf(config, "status", "--id", "second")).toMatchObject({ id: "second" });
    const without = await runCli(["rollout", "status", "--config", config]);
    expect(without).toMatchObject({ exitCode: 2, out: "" });
    expect(without.err).toMatch(/--id must be one of small-for-all, second/);
    expect((await runCli(["rollout", "status", "--config", config, "--id", "x"])).err).toMatch(
      /--id must be one of/,
    );
  });

  it.each<[string, readonly string[], RegExp]>([
    ["no config", ["status"], /--config must be a file that exports the router and the rollout/],
    [
      "a config that is not there",
      ["status", "--config", "absent.ts"],
      /--config must be a file that exists/,
    ],
    ["an unknown command", ["forward"], /unknown command/],
    ["an unknown option", ["status", "--stage", "2"], /unknown option/],
    ["an empty name", ["abort", "--by", " "], /rollout.abort.by must be a non-empty string/],
    ["a state next to a store", ["status", "--state", "x.json"], /this rollout is in its store/],
    ["a resume of what was never stopped twice", ["advance", "--by"], /argument missing/],
  ])("refuses %s with exit code 2", async (_, args, message) => {
    const { config } = sharing();
    const given =
      args[0] === "status" && (args.length === 1 || args.includes("--config"))
        ? args
        : [...args, "--config", config];
    const { exitCode, out, err } = await runCli(["rollout", ...(args.at(-1) === "--by" ? args : given)]);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toMatch(message);
  });

  it("says what a config lacks, and that a rollout of its own process needs its state", async () => {
    const without = configOf(() => ({ router: rolloutWorld(options).router }), []);
    expect((await runCli(["rollout", "status", "--config", without])).err).toMatch(
      /a file that exports a rollout/,
    );
    const noRouter = configOf(() => ({ router: 1, rollout: rolloutWorld(options).rollout }));
    expect((await runCli(["rollout", "status", "--config", noRouter])).err).toMatch(
      /default export is a router/,
    );
    const own = configOf(() => ({ ...rolloutWorld(options) }));
    expect(await runCli(["rollout", "status", "--config", own])).toMatchObject({ exitCode: 2, out: "" });
    const broken = folder.file("broken.json", "{");
    const { exitCode, err } = await runCli(["rollout", "status", "--config", own, "--state", broken]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/--state must be JSON/);
  });

  it("says that the store does not answer, and what holds then", async () => {
    const store = memoryStore();
    let isDown = false;
    const records = {
      get: (keys: readonly string[]) =>
        isDown ? Promise.reject(new Error("down")) : store.records.get(keys),
      put: (writes: never) => (isDown ? Promise.reject(new Error("down")) : store.records.put(writes)),
    };
    const config = configOf(() => ({
      ...rolloutWorld({ ...options, guards: [errors({ margin: 0.1 })], store: { ...store, records } }),
    }));
    isDown = true;
    const { exitCode, err } = await runCli(["rollout", "abort", "--config", config]);
    expect(exitCode).not.toBe(0);
    expect(err).toMatch(/does not answer/);
  });
});
