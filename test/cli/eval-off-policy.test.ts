import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { explore, threshold } from "../../policies/index.ts";
import { createRouter } from "../../src/router/create/create-router.ts";
import { type Folder, temporaryFolder } from "../support/cli-config.ts";
import { type Id, serve, type World, worldOf } from "../support/evals/logged-world.ts";
import { linesOf, runCli } from "../support/run-cli.ts";

const at = (value: number) => threshold<Id>({ small: "small", large: "large", at: value });
let logs = "";
let configs: Folder;
let world: World;
let files: { readonly log: string; readonly feedback: string };
let config = "";

beforeAll(async () => {
  logs = await mkdtemp(join(tmpdir(), "eval-off-policy-"));
  configs = temporaryFolder();
  world = worldOf(1_800, 1);
  files = await serve(world, explore(0.3, at(0.4)), logs, "explored");
  config = configs.config(() => world.router(at(0.7)));
});
afterAll(async () => {
  configs.remove();
  await rm(logs, { recursive: true });
});

const run = (...args: readonly string[]) =>
  runCli([
    "eval",
    "off-policy",
    "--log",
    files.log,
    "--feedback",
    files.feedback,
    "--bootstrap",
    "50",
    ...args,
  ]);

describe("eval off-policy", () => {
  it("prints the logged policy beside the estimates of the target, and the overlap", async () => {
    const { exitCode, out, err } = await run("--config", config);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    const lines = out.split("\n");
    expect(lines[0]).toBe("1800 decisions in 600 independent units (0 pins left out), 1800 rated, 0 failed");
    expect(lines[1]).toMatch(/^mean weight [01]\.\d{3}, largest 6\.7; effective sample size \d+$/);
    expect(lines[3]).toMatch(/^ +quality \[95 %\] +USD\/1k \[95 %\]$/);
    const cell = String.raw`-?\d\.\d{3} \[-?\d\.\d{3}, -?\d\.\d{3}\] +-?0\.\d+ \[-?0\.\d+, -?0\.\d+\]$`;
    const heads = [
      "logged: explore",
      "threshold: IPS",
      "threshold: IPS, clipped",
      "threshold: SNIPS",
      "threshold: direct method",
      "threshold: doubly robust",
      "difference, doubly robust",
    ];
    heads.forEach((head, index) => {
      const line = lines[5 + index];
      expect(line?.startsWith(`${head} `)).toBe(true);
      // As wrong as the model is, and too low by what was clipped: no interval.
      const hasNone = /direct method|clipped/.test(head);
      expect(new RegExp(cell).test(line ?? ""), line).toBe(!hasNone);
    });
    expect(out).toMatch(/quality of threshold is at least 0\.\d{3} with 95 % confidence/);
    expect(out).toMatch(/small +\d\d\.\d % +\d\d\.\d % +6\.7 +\d+\n/);
  });

  it("prints JSON, the same for the same seed", async () => {
    const { out } = await run("--config", config, "--json", "--seed", "3");
    expect((await run("--config", config, "--json", "--seed", "3")).out).toBe(out);
    const { policy, quality, costUsd, overlap, strata, warnings } = JSON.parse(out);
    expect(policy).toBe("threshold");
    expect(Object.keys(quality.estimates)).toEqual(["ips", "clippedIps", "snips", "dm", "dr"]);
    const { dr, dm } = quality.estimates;
    expect(dr.low).toBeLessThan(dr.value);
    expect(dr.value).toBeLessThan(dr.high);
    expect(Object.keys(dr)).toEqual(["value", "low", "high", "bootstrap"]);
    expect(Object.keys(dm)).toEqual(["value"]);
    expect(costUsd.difference.value).toBeLessThan(0);
    expect(overlap.effectiveSampleSize).toBeLessThan(1_800);
    expect(strata[0]).toMatchObject({ stratum: "category even", rows: 900 });
    expect(warnings).toEqual([]);
  });

  it("takes decisions from a date on, and says when feedback is for others", async () => {
    const later = await run("--config", config, "--since", "2100-01-01");
    expect(later).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/--since must be a date with decisions after it: the last is of 20/),
    });
    const other = await serve(worldOf(30, 2), explore(0.3, at(0.4)), logs, "other");
    const { exitCode, err } = await run("--config", config, "--feedback", other.feedback);
    expect(exitCode).toBe(0);
    expect(err).toContain("quality is n/a: feedback is missing for every decision");
    expect(err).toContain("30 feedbacks are for decisions that are not in the log");
  });

  it("refuses a deterministic log with the reason and the way out", async () => {
    const alike = await serve(worldOf(60, 3), at(0.4), logs, "alike");
    const { exitCode, err, out } = await run("--config", config, "--log", alike.log);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toContain("every propensity is 1");
    expect(err).toContain("explore(0.05, policy)");
  });

  it("asks another classifier about the prompts of the log, where it holds them", async () => {
    // Opposite to the one that was asked when the log was written.
    const opposite = configs.config(() =>
      createRouter({
        models: world.router(at(0.4)).models,
        policy: at(0.7),
        classifier: {
          name: "opposite",
          version: "2",
          classify: ({ ask }) => ({ complexity: 1 - Number.parseFloat(ask) }),
        },
      }),
    );
    const recorded = await run("--config", opposite, "--json");
    expect(recorded.err).toContain("several classifiers: stated@1, opposite@2");
    const refused = await run("--config", opposite, "--reclassify");
    expect(refused).toMatchObject({ exitCode: 2, err: expect.stringContaining("prompt is missing") });

    const prompts = configs.file(
      "prompts.jsonl",
      linesOf(readFileSync(files.log, "utf8"))
        .map((line, index) => JSON.stringify({ ...line, prompt: world.records[index]?.prompt }))
        .join("\n"),
    );
    const { out, err } = await run("--config", opposite, "--log", prompts, "--reclassify", "--json");
    expect(err).not.toContain("several classifiers");
    const share = (text: string) =>
      JSON.parse(text).plans.find(({ plan }: { plan: string }) => plan === "small").targetShare;
    // Requests below 0.7, and those above 0.3.
    expect(share(recorded.out)).toBeCloseTo(0.7, 1);
    expect(share(out)).toBeCloseTo(0.7, 1);
    // It sends the hard ones to the small model.
    expect(JSON.parse(out).quality.estimates.dr.value).toBeLessThan(
      JSON.parse(recorded.out).quality.estimates.dr.value - 0.1,
    );
  });

  it.each<[string, readonly string[], RegExp]>([
    ["a date that is none", ["--since", "yesterday"], /--since must be a date in ISO 8601, got "yesterday"/],
    ["an unknown unit", ["--unit", "user"], /unit must be session, tenant or decision, got "user"/],
    ["a clip that is no number", ["--clip", "0"], /--clip must be a number/],
    ["a log that does not exist", ["--log", "none.jsonl"], /none\.jsonl: file does not exist/],
    ["a config that does not exist", ["--config", "none.ts"], /--config must be a file that exists/],
  ])("refuses %s", async (_, args, message) => {
    const { exitCode, err } = await run("--config", config, ...args);
    expect(exitCode).toBe(2);
    expect(err).toMatch(message);
  });

  it("shows an example in its help", async () => {
    const { out } = await runCli(["eval", "off-policy", "--help"]);
    expect(out).toContain("switchpoint eval off-policy --log decisions.jsonl --feedback feedback.jsonl");
  });
});
