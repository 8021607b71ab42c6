import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { always } from "../../policies/index.ts";
import { createRouter } from "../../src/index.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { type Folder, temporaryFolder } from "../support/cli-config.ts";
import { runCli } from "../support/run-cli.ts";
import { spendLine } from "../support/spend-log.ts";

const fixtures = new URL("../fixtures/exports/", import.meta.url).pathname;
const exports = ["--export", `${fixtures}openai-usage.csv`, "--export", `${fixtures}openai-costs.csv`];
let configs: Folder;
let log: string;
beforeEach(() => {
  configs = temporaryFolder();
  const attempt = {
    name: "openai:gpt-4o-mini",
    usage: { inputTokens: 200, outputTokens: 100 },
    costUsd: 0.00006258,
  };
  log = configs.file(
    "log.jsonl",
    `${[1, 2, 3, 4].map((id) => spendLine({ id: `${id}`, attempts: [attempt] })).join("\n")}\n`,
  );
});
afterEach(() => configs.remove());

describe("switchpoint budget reconcile", () => {
  it("shows the difference by day and model, what explains it, and fails above a share", async () => {
    const args = ["budget", "reconcile", "--log", log, ...exports];
    const shown = await runCli(args);
    expect(shown).toMatchObject({ exitCode: 0, err: "" });
    expect(shown.out).toContain(
      "openai-usage, openai-costs, 2026-11-26 to 2026-11-27 (UTC), against attempts of openai",
    );
    expect(shown.out).toMatch(
      /2026-11-26\s+gpt-4o-mini\s+\$0\.00025\s+\$0\.00031\s+\+\$0\.000063\s+1200\s+1500\s+\+300/,
    );
    expect(shown.out).toContain("1 request more there: other users of the key");
    expect(await runCli([...args, "--fail-above", "30%"])).toMatchObject({ exitCode: 0 });
    expect(await runCli([...args, "--fail-above", "1 %"])).toMatchObject({
      exitCode: 1,
      err: "the difference is above 1 %\n",
    });
    const { out, exitCode } = await runCli([...args, "--json", "--fail-above", "0.1"]);
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      differenceShare: 0.2,
      rows: [{ day: "2026-11-26", model: "gpt-4o-mini", differenceUsd: 0.00006258, differenceTokens: 300 }],
    });
  });

  it("prints the command that sets a budget, and changes nothing", async () => {
    const make = () =>
      createRouter({
        models: {
          small: fakeModel({
            model: "small",
            price: { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1 },
          }),
        },
        policy: always("small"),
        budgets: [{ name: "all", limitUsd: 5, period: "total" }],
      });
    const router = make();
    await router.resetBudget({ name: "all", to: 1.5 });
    const stored = JSON.stringify(router.exportState());
    const state = configs.file("state.json", stored);
    const config = configs.config(make);
    const args = ["budget", "--config", config, "--state", state, "reconcile", "--log", log, ...exports];
    const { out, exitCode, err } = await runCli([...args, "--budget", "all"]);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    expect(out).toContain(`budget reset --config ${config} --state ${state} --name all --to 1.50006258\n`);
    expect(await readFile(state, "utf8")).toBe(stored);
    expect((await runCli([...args, "--budget", "none"])).err).toContain(
      "--budget must be a budget in dollars: all",
    );
  });

  it.each([
    [["--export", "x.csv"], "--log must be a decision log"],
    [["--log", "x"], "--export must be a usage or cost export"],
    [["--log", "x", "--export", "y", "--budget", "all"], "--config must be given together with --budget"],
    [["--log", "x", "--export", "y", "--fail-above", "120%"], "--fail-above"],
    [["--log", "x", "--export", "y", "--column", "price=Usage"], "columns must be one of start, end, model"],
    [["--log", "x", "--export", "y.csv"], "y.csv: file does not exist"],
  ])("refuses %j", async (args, message) => {
    const { exitCode, err } = await runCli(["budget", "reconcile", ...args]);
    expect(exitCode).not.toBe(0);
    expect(err).toContain(message);
  });
});
