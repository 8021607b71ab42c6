import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evalReplayCommand } from "../../cli/eval-replay.ts";
import { temporaryFolder } from "../support/cli-config.ts";

const folder = temporaryFolder();
let outcomes = "";

beforeAll(() => {
  const lines = Array.from({ length: 40 }, (_, index) => {
    const hard = index % 2 === 0;
    const prompt = hard
      ? `${index}: prove that the sum of two odd numbers is even, step by step`
      : `${index}: hello`;
    return {
      id: String(index),
      prompt,
      outcomes: {
        "vllm:qwen": { quality: hard ? 0 : 1, costUsd: 0.0001 },
        "openai:gpt": { quality: index === 0 ? 0 : 1, costUsd: 0.002 },
        "openai:free": { quality: 1 },
      },
    };
  });
  outcomes = folder.file("outcomes.jsonl", lines.map((line) => JSON.stringify(line)).join("\n"));
});
afterAll(folder.remove);

async function run(...args: readonly string[]): Promise<{ readonly out: string; readonly err: string }> {
  let out = "";
  let err = "";
  const io = {
    stdout: (text: string) => {
      out += text;
    },
    stderr: (text: string) => {
      err += text;
    },
  };
  const command = evalReplayCommand(io)
    .exitOverride()
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr });
  await command.parseAsync(["--bootstrap", "20", ...args], { from: "user" });
  return { out, err };
}

const pair = ["--small", "vllm:qwen", "--large", "openai:gpt"];

describe("eval replay", () => {
  it("prints a classifier beside random, length, the two models and the oracle", async () => {
    const { out, err } = await run("--outcomes", outcomes, ...pair, "--threshold", "0.5");
    const lines = out.split("\n");
    expect(lines[0]).toMatch(
      /^40 records, 40 different prompts; small vllm:qwen, large openai:gpt; complexity@/,
    );
    expect(lines[2]).toMatch(
      /^router +APGR \[95 %\] +quality +USD\/1k +large calls +PGR +CPT50 +CPT80 +AIQ +regret$/,
    );
    expect(lines.slice(4, 10).map((line) => line.split(" ")[0])).toEqual([
      "complexity",
      "random",
      "length",
      "always-small",
      "always-large",
      "oracle",
    ]);
    expect(lines[5]).toMatch(/^random +0\.500 \[0\.500, 0\.500\]/);
    expect(lines[7]).toMatch(
      /^always-small +n\/a +0\.500 +0\.100 +0\.0 % +0\.000 +n\/a +n\/a +n\/a +0\.475$/,
    );
    expect(err).toBe("");
  });

  it("prints JSON with a row for each router, absent metrics as null", async () => {
    const { out } = await run("--outcomes", outcomes, ...pair, "--classifier", "length", "--json");
    const { rows, records, small } = JSON.parse(out);
    expect({ records, small }).toEqual({ records: 40, small: "vllm:qwen" });
    expect(rows.map(({ name }: { name: string }) => name)).toEqual([
      "length",
      "random",
      "always-small",
      "always-large",
      "oracle",
    ]);
    expect(rows[0].apgr).toEqual({
      value: expect.any(Number),
      low: expect.any(Number),
      high: expect.any(Number),
    });
    expect(rows[0].apgr.value).toBeGreaterThan(0.7);
    expect(rows[2].apgr).toBeNull();
    expect(rows[2].quality).toMatchObject({ value: 0.5 });
  });

  it("gives the same numbers for the same seed", async () => {
    const once = await run("--outcomes", outcomes, ...pair, "--json", "--seed", "5");
    expect(await run("--outcomes", outcomes, ...pair, "--json", "--seed", "5")).toEqual(once);
    expect((await run("--outcomes", outcomes, ...pair, "--json", "--seed", "6")).out).not.toBe(once.out);
  });

  it("says on stderr that a default is not tuned and that costs are not known", async () => {
    const { out, err } = await run("--outcomes", outcomes, "--small", "vllm:qwen", "--large", "openai:free");
    expect(err).toContain("threshold 0.7 is a default that is not tuned");
    expect(err).toContain("cost metrics are n/a");
    expect(out).toMatch(/always-large +n\/a +1\.000 +n\/a/);
  });

  it("says on stderr that scores are constant, and that the small model is not worse", async () => {
    const lines = Array.from({ length: 30 }, (_, index) => ({
      id: String(index),
      prompt: "the same for all",
      outcomes: { "vllm:qwen": { quality: 1 }, "openai:gpt": { quality: index % 2 } },
    }));
    const same = folder.file("same.jsonl", lines.map((line) => JSON.stringify(line)).join("\n"));
    const { out, err } = await run("--outcomes", same, ...pair);
    expect(err).toContain("the classifier gives all records the same complexity: it cannot tell them apart");
    expect(err).toContain(
      "openai:gpt is not better than vllm:qwen on these records: there is no gap to recover",
    );
    expect(out).toMatch(/^complexity +n\/a/m);
  });

  it.each<[string, readonly string[], RegExp]>([
    [
      "a model that the file does not name",
      ["--small", "gpt", "--large", "openai:gpt"],
      /openai:free, openai:gpt, vllm:qwen, got "gpt"/,
    ],
    ["a missing model", ["--small", "vllm:qwen"], /required option '--large <name>' not specified/],
    ["no model at all", [], /required option '--small <name>' not specified/],
    [
      "an unknown classifier",
      [...pair, "--classifier", "magic"],
      /--classifier must be one of complexity, length/,
    ],
    [
      "a threshold that is no number",
      [...pair, "--threshold", "high"],
      /--threshold must be a number in \[0, 1\], got "high"/,
    ],
    [
      "a threshold out of range",
      [...pair, "--threshold", "2"],
      /--threshold must be a number in \[0, 1\], got "2"/,
    ],
    ["a text that records do not have", [...pair, "--text", "answer"], /--text must be prompt or question/],
  ])("refuses %s", async (_, args, message) => {
    await expect(run("--outcomes", outcomes, ...args)).rejects.toThrow(message);
  });

  it("refuses a file that does not exist, and a missing --outcomes", async () => {
    await expect(run("--outcomes", "nowhere/none.jsonl", ...pair)).rejects.toThrow(/file does not exist/);
    await expect(run(...pair)).rejects.toThrow(/required option '--outcomes <file>' not specified/);
  });

  it("shows an example in its help", async () => {
    let help = "";
    const command = evalReplayCommand({ stdout: () => {}, stderr: () => {} });
    command.configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
    command.outputHelp();
    expect(help).toContain("switchpoint eval replay --outcomes outcomes.jsonl.gz --small");
  });

  it("adds cascades by recorded log-probability and by agreement, which pay for all their calls", async () => {
    const lines = Array.from({ length: 60 }, (_, index) => {
      const right = index % 3 !== 0;
      return {
        id: String(index),
        prompt: `${index}: hello`,
        outcomes: {
          s: {
            quality: right ? 1 : 0,
            costUsd: 0.001,
            ...(index === 59 ? {} : { logprobConfidence: right ? -0.1 : -1 }),
            answer: right ? "Paris" : "Rome",
          },
          o: { quality: 1, costUsd: 0.002, answer: "Paris" },
          l: { quality: 1, costUsd: 0.01 },
        },
      };
    });
    const path = folder.file("cascades.jsonl", lines.map((line) => JSON.stringify(line)).join("\n"));
    const args = ["--outcomes", path, "--small", "s", "--large", "l", "--bootstrap", "20"];
    const { out, err } = await run(...args, "--cascade", "-0.5", "--with", "o", "--json");
    expect(err).toContain("1 records have no logprobConfidence");
    const { rows } = JSON.parse(out) as {
      rows: {
        name: string;
        quality: { value: number };
        costUsd: { value: number };
        largeCallRate: { value: number };
      }[];
    };
    const row = (name: string) => rows.find((one) => one.name === name);
    // 20 wrong answers and the one without a log-probability go up.
    const byLogprob = row("cascade by log-probability");
    expect(byLogprob?.quality.value).toBe(1);
    expect(byLogprob?.largeCallRate.value).toBeCloseTo(21 / 60, 12);
    expect(byLogprob?.costUsd.value).toBeCloseTo(0.001 + (0.01 * 21) / 60, 12);
    const byAgreement = row("cascade by agreement");
    expect(byAgreement?.quality.value).toBe(1);
    expect(byAgreement?.costUsd.value).toBeCloseTo(0.003 + (0.01 * 20) / 60, 12);
    const plain = await run(...args, "--cascade");
    expect(plain.out).toContain("cascade by log-probability");
    await expect(run(...args, "--with", "l2")).rejects.toThrow("answers of both small models");
    await expect(run(...args, "--cascade", "0.5")).rejects.toThrow("--cascade");
    const unsaid = ["--outcomes", outcomes, "--small", "vllm:qwen", "--large", "openai:gpt"];
    await expect(run(...unsaid, "--cascade")).rejects.toThrow("logprobConfidence");
  });
});
