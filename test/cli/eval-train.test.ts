import { existsSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { OutcomeRecord } from "../../evals/index.ts";
import { temporaryFolder } from "../support/cli-config.ts";
import { linesOf, runCli } from "../support/run-cli.ts";
import { topicRecords } from "../support/topic-records.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const linesFrom = (records: readonly OutcomeRecord[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join("");
const outcomes = folder.file("outcomes.jsonl", linesFrom(topicRecords(150)));
const others = folder.file("others.jsonl", linesFrom(topicRecords(100, { seed: 5, prefix: "o" })));
const coins = folder.file("coins.jsonl", linesFrom(topicRecords(80, { noise: true })));
const own = folder.file("own.json", "");

const pair = ["--small", "small", "--large", "large"];
const train = (...args: readonly string[]) =>
  runCli(["eval", "train", ...pair, "--bootstrap", "50", "--out", own, ...args]);

describe("eval train", () => {
  it("prints all candidates with their intervals, and writes a file that classify and eval replay take", async () => {
    const { exitCode, out, err } = await train("--outcomes", outcomes, "--models", "middle");
    expect(exitCode).toBe(0);
    const notice = "tuning needs other records than these: train with --part fit, and tune uses the rest\n";
    expect(err).toBe(`${[1, 2, 3, 4, 5].map((fold) => `fold ${fold} of 5\n`).join("")}${notice}`);
    const lines = out.split("\n");
    expect(lines[0]).toBe("150 records, 150 different prompts; small small, large large; on held-out folds");
    expect(lines[2]).toMatch(
      /^candidate +APGR \[95 %\] +over length \[95 %\] +P\(better\) +prompts to prove it$/,
    );
    const names = lines.slice(4, 12).map((line) => line.split(" ")[0]);
    expect(names.sort()).toEqual([
      "blend",
      "default",
      "landmarks",
      "length",
      "logistic",
      "mean",
      "neighbours",
      "ridge",
    ]);
    expect(out).toMatch(
      /^mean \* +0\.\d{3} \[0\.\d{3}, 0\.\d{3}\] +0\.\d{3} \[-?0\.\d{3}, 0\.\d{3}\] +[01]\.\d\d +[\d,]+$/m,
    );
    expect(out).toMatch(/^middle +0\.\d{3} +(constant|identity|platt)( +0\.\d{4}){3}( +0\.\d{3}){3}$/m);
    expect(out).toMatch(
      /(recommended|proven): mean beats chance and length: both intervals say so\n(not recommended: .*\n)?.*own\.json: trained@[0-9a-f]{12}\n$/,
    );

    const stdin = '{"id": 1, "prompt": "some lemma and a proof of the theorem"}\n';
    const classified = await runCli(["classify", "--classifier", own], { stdin });
    const [line] = linesOf(classified.out);
    expect(line.complexity).toBeGreaterThan(0.5);
    expect(Object.keys(line.quality).sort()).toEqual(["large", "middle", "small"]);

    const replay = ["eval", "replay", ...pair, "--bootstrap", "20", "--classifier", own, "--outcomes"];
    const onOthers = await runCli([...replay, others]);
    expect(onOthers.out).toMatch(/^trained +0\.[6-9]/m);
    expect(onOthers.err).not.toContain("trained on");
    expect((await runCli([...replay, outcomes])).err).toContain("was trained on 150 of these records");
  });

  it("trains on one part of a split, and replay takes the other by the classifier file", async () => {
    const { exitCode, err } = await train("--outcomes", outcomes, "--part", "fit", "--split-seed", "4");
    expect(exitCode).toBe(0);
    expect(err).toMatch(/^fit part: (\d+) of 150 records \(split seed 4\)\n/);
    expect(err).not.toContain("tuning needs");
    const fit = Number(/fit part: (\d+)/.exec(err)?.[1]);
    const { keys } = JSON.parse(readFileSync(own, "utf8"));
    expect(keys).toMatchObject({ purpose: "fit", records: fit, prompts: fit });
    expect(keys.split).toEqual({
      seed: 4,
      share: 0.5,
      part: "fit",
      groupBy: ["prompt", "template", "group", "session", "tenant"],
    });
    const replay = (...args: readonly string[]) =>
      runCli([
        ...["eval", "replay", ...pair, "--bootstrap", "20", "--classifier", own, "--outcomes", outcomes],
        ...args,
      ]);
    const other = await replay("--part", "tune");
    expect(other.err).toContain(`tune part: ${150 - fit} of 150 records (split seed 4)`);
    expect(other.err).not.toContain("trained on");
    expect((await replay()).err).toContain(
      `trained on ${fit} of these records and looks too good: take the other part (--part)`,
    );
    expect((await replay("--part", "tune", "--split-seed", "5")).err).toMatch(/trained on \d+ of these/);
  });

  it("prints JSON, and says when nothing is proven", async () => {
    const { exitCode, out } = await train("--outcomes", coins, "--json");
    const { candidates, recommended, reason, file, records } = JSON.parse(out);
    expect({ exitCode, recommended, records }).toEqual({ exitCode: 0, recommended: false, records: 80 });
    expect(reason).toMatch(
      /mean is not proven to beat chance and length: it is better than length with a probability of/,
    );
    expect(candidates[0].apgr).toEqual({
      value: expect.any(Number),
      low: expect.any(Number),
      high: expect.any(Number),
    });
    expect(file.path).toBe(own);
    expect(JSON.parse(readFileSync(own, "utf8")).version).toBe(file.version);
  });

  it("writes the same bytes for the same seed", async () => {
    await train("--outcomes", coins, "--seed", "7");
    const once = readFileSync(own, "utf8");
    await train("--outcomes", coins, "--seed", "7");
    expect(readFileSync(own, "utf8")).toBe(once);
  });

  it("writes nothing when it fails", async () => {
    const never = `${own}.never`;
    const { exitCode, err } = await runCli([
      ...["eval", "train", "--small", "small", "--large", "huge", "--outcomes", coins, "--out", never],
    ]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/model must be one that the records have outcomes of: .*small.*, got "huge"/);
    expect(existsSync(never)).toBe(false);
  });

  it("never writes over the outcomes that it reads", async () => {
    const before = readFileSync(coins, "utf8");
    const { exitCode, err } = await train(
      "--outcomes",
      coins,
      "--out",
      `${dirname(coins)}/./${basename(coins)}`,
    );
    expect(exitCode).toBe(2);
    expect(err).toMatch(/out must be another file than the input/);
    expect(readFileSync(coins, "utf8")).toBe(before);
  });

  it.each<[string, readonly string[], RegExp]>([
    ["a seed that is none", ["--seed", "x"], /--seed must be a number/],
    ["a part that is none", ["--part", "half"], /--part must be fit, tune or all, got "half"/],
    [
      "a split by what is no field",
      ["--split-by", "user"],
      /--split-by must be one or more of prompt, template, group/,
    ],
    ["a share that is none", ["--part", "fit", "--split-share", "1"], /--split-share must be a number in/],
    ["a text that is none", ["--text", "title"], /--text must be prompt or question/],
    ["an unknown candidate", ["--candidate", "magic"], /candidate must be one of best, /],
  ])("refuses %s", async (_, args, message) => {
    const { exitCode, err } = await train("--outcomes", coins, ...args);
    expect(exitCode).toBe(2);
    expect(err).toMatch(message);
  });

  it("refuses trained files that are cut off, or know other models, where they are used", async () => {
    await train("--outcomes", coins);
    const cut = folder.file("cut.json", readFileSync(own, "utf8").slice(0, 1_000));
    const classified = await runCli(["classify", "--classifier", cut], { stdin: "{}" });
    expect(classified).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/cut\.json: file is not JSON/),
    });
    const replayed = await runCli([
      ...[
        "eval",
        "replay",
        "--small",
        "small",
        "--large",
        "middle",
        "--outcomes",
        others,
        "--classifier",
        own,
      ],
    ]);
    expect(replayed.exitCode).toBe(2);
    expect(replayed.err).toMatch(/trained.models must be a model of the file: .*, got "middle"/);
  });
});
