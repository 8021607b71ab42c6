import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { nearestShare } from "../../cli/nearest-share.ts";
import { temporaryFolder } from "../support/cli-config.ts";
import { runCli } from "../support/run-cli.ts";
import { runs } from "../support/runs.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const prompts = Array.from({ length: 200 }, (_, index) =>
  index % 3 === 0
    ? `Prove theorem ${index}: every bounded sequence of real numbers has a convergent subsequence.`
    : `What time is it in city ${index}?`,
);
const file = folder.file(
  "requests.jsonl",
  prompts.map((prompt) => `${JSON.stringify({ prompt })}\n`).join(""),
);

describe("eval calibrate", () => {
  it("prints a threshold that sends about the wanted share up", async () => {
    const { exitCode, out, err } = await runCli([
      "eval",
      "calibrate",
      "--requests",
      file,
      "--large-share",
      "0.3",
      "--json",
    ]);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    const { at, largeShare, scores, failed } = JSON.parse(out);
    expect({ scores, failed }).toEqual({ scores: 200, failed: 0 });
    const rated = await runCli(["classify", file]);
    const up = rated.out
      .trim()
      .split("\n")
      .filter((line) => JSON.parse(line).complexity >= at).length;
    expect(up / 200).toBe(largeShare);
    expect(Math.abs(largeShare - 0.3)).toBeLessThan(0.05);
  });

  it("shows the line to write", async () => {
    const { out } = await runCli(["eval", "calibrate", "--requests", file, "--large-share", "0.3"]);
    expect(out).toMatch(/threshold\(\{ small, large, at: 0\.\d+ \}\)/);
  });

  it.each([
    [["--large-share", "30"], "--large-share must be a number in [0, 1]"],
    [["--large-share", "0"], "--large-share must be above 0 and below 1"],
    [["--large-share", "x"], "--large-share must be a number in [0, 1]"],
    [[], "required option '--large-share <share>' not specified"],
  ])("refuses %j", async (args, message) => {
    const { exitCode, err } = await runCli(["eval", "calibrate", "--requests", file, ...args]);
    expect(exitCode).toBe(2);
    expect(err).toContain(message);
  });

  it("says that an empty file holds no request", async () => {
    const { exitCode, err } = await runCli(["eval", "calibrate", "--requests", "-", "--large-share", "0.3"], {
      stdin: "",
    });
    expect(exitCode).toBe(2);
    expect(err).toContain("at least one request");
  });
});

describe("nearestShare", () => {
  it("takes the nearest share that ties allow, and the higher threshold of two", () => {
    expect(nearestShare([0.1, 0.5, 0.5, 0.9], 0.3)).toEqual({ at: 0.9, largeShare: 0.25 });
    expect(nearestShare([0.1, 0.5, 0.5, 0.9], 0.5)).toEqual({ at: 0.9, largeShare: 0.25 });
    expect(nearestShare([0.5, 0.5], 0.01)).toEqual({ at: 0.5, largeShare: 1 });
  });

  it("is never further from the wanted share than half a group of ties", () => {
    const scores = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(scores, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (given, share) => {
        const { at, largeShare } = nearestShare(given, share);
        expect(given.filter((one) => one >= at).length / given.length).toBeCloseTo(largeShare, 12);
        for (const other of given) {
          const others = given.filter((one) => one >= other).length / given.length;
          expect(Math.abs(largeShare - share)).toBeLessThanOrEqual(Math.abs(others - share) + 1e-12);
        }
      }),
      { numRuns: runs(100, 1_000) },
    );
  });
});
