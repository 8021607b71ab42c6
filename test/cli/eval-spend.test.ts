import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { always } from "../../policies/index.ts";
import { createRouter } from "../../src/index.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { type Folder, temporaryFolder } from "../support/cli-config.ts";
import { runCli } from "../support/run-cli.ts";
import { spendLine } from "../support/spend-log.ts";

let folder: string;
let configs: Folder;
beforeEach(async () => {
  configs = temporaryFolder();
  folder = await mkdtemp(join(tmpdir(), "switchpoint-spend-"));
});
afterEach(async () => {
  configs.remove();
  await rm(folder, { recursive: true });
});

async function logOf(lines: readonly string[], name = "log.jsonl"): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, `${lines.join("\n")}\n`);
  return file;
}

describe("switchpoint eval spend", () => {
  it("shows what was spent by model, hop, tenant and day, once for two logs that overlap", async () => {
    const lines = [
      spendLine({ id: "a", tenant: "acme", attempts: [{ model: "judge", hop: "classify" }, {}] }),
      spendLine({ id: "b", attempts: [{ costUsd: undefined }] }),
    ];
    const [log, other] = [await logOf(lines), await logOf(lines.slice(1), "other.jsonl")];
    const { exitCode, out, err } = await runCli(["eval", "spend", "--log", log, "--log", other]);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    expect(out).toContain("2 requests, 3 attempts, 0 failed: $0.0020 (1 unknown)");
    expect(out).toContain("1 line repeat");
    for (const name of ["fake:judge", "classify", "acme", "(no tenant)", "2026-11-26"])
      expect(out).toContain(name);
    const { out: json } = await runCli(["eval", "spend", "--log", log, "--json"]);
    expect(JSON.parse(json)).toMatchObject({ spend: { requests: 2, total: { attempts: 3, unknown: 1 } } });
  });

  it("says which part is a share of own GPUs, and counts it in the saving", async () => {
    const usage = { inputTokens: 100, outputTokens: 100 };
    const lines = Array.from({ length: 80 }, (_, at) =>
      spendLine({
        id: `r${at}`,
        attempts: [
          at % 2 === 0
            ? { model: "large", usage, costUsd: 0.0002 }
            : { usage, costUsd: 0.00005, ownGpu: true as const },
        ],
      }),
    );
    const log = await logOf(lines);
    const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1 };
    const models = { large: { ...fakeModel({ model: "large" }), price } };
    const config = configs.config(() => createRouter({ models, policy: always("large") }));
    const args = ["eval", "spend", "--log", log, "--large", "large", "--config", config];
    const { out } = await runCli(args);
    expect(out).toContain("$0.0020 of it for own GPUs, as measured");
    const { saving, spend } = JSON.parse((await runCli([...args, "--json"])).out);
    expect(spend.total.ownGpuUsd).toBeCloseTo(0.002);
    // 40 x 0.0002 and 40 x 0.00005, of 80 x 0.0002.
    expect(saving.spentUsd).toBeCloseTo(0.01);
    expect(saving.savedUsd.value).toBeCloseTo(0.006);
  });

  it("shows the net saving against a model of a config, or why there is none", async () => {
    const usage = { inputTokens: 100, outputTokens: 100 };
    const lines = Array.from({ length: 80 }, (_, at) =>
      spendLine({ id: `r${at}`, attempts: [{ model: "large", usage, costUsd: 0.0002 }, { hop: "check" }] }),
    );
    const log = await logOf(lines);
    const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1 };
    const config = configs.config(() =>
      createRouter({
        models: { large: { ...fakeModel({ model: "large" }), price } },
        policy: always("large"),
      }),
    );
    const { exitCode, out } = await runCli([
      "eval",
      "spend",
      "--log",
      log,
      "--large",
      "large",
      "--config",
      config,
    ]);
    expect(exitCode).toBe(0);
    expect(out).toContain("Saved net against always large: -$0.0800 [-$0.0800, -$0.0800]");
    const few = await runCli([
      ...["eval", "spend", "--log", await logOf(lines.slice(0, 5), "few.jsonl")],
      ...["--large", "large", "--config", config],
    ]);
    expect(few.out).toMatch(/Saving: too few answers of large .* 5 records, about 30 would do/);
  });

  it.each([
    ["no log", [], /--log must be a decision log/],
    [
      "a model that the catalogue does not have",
      ["--log", "x", "--large", "large"],
      /a model of the catalogue/,
    ],
    ["a config without --large", ["--log", "x", "--config", "y"], /--large, whose price it has/],
    ["a confidence that is none", ["--log", "x", "--confidence", "95"], /--confidence/],
    ["a log that is none", ["--log", import.meta.filename], /:1: line is not JSON/],
  ])("refuses %s with exit code 2", async (_, args, message) => {
    const { exitCode, out, err } = await runCli(["eval", "spend", ...args]);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toMatch(message);
  });
});
