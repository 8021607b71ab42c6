import { existsSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { type OutcomeRecord, readClassifier, readTuning } from "../../evals/index.ts";
import { threshold } from "../../policies/index.ts";
import { createRouter } from "../../src/router/create/create-router.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { temporaryFolder } from "../support/cli-config.ts";
import { tuneRecords } from "../support/evals/tune-records.ts";
import { wordOf } from "../support/evals/word-of.ts";
import { runCli } from "../support/run-cli.ts";
import { topicRecords } from "../support/topic-records.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const linesFrom = (records: readonly OutcomeRecord[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join("");
/** Nine words or fewer: the small model is right. */
const records = tuneRecords(800, { small: () => 0.95 }).map(
  (record, index): OutcomeRecord => ({
    ...record,
    prompt: `${"word ".repeat(1 + (index % 60))}${wordOf(index)}`,
    category: index % 3 === 0 ? "chat" : "code",
  }),
);
const outcomes = folder.file("outcomes.jsonl", linesFrom(records));
const few = folder.file("few.jsonl", linesFrom(records.slice(0, 60)));
const topics = folder.file("topics.jsonl", linesFrom(topicRecords(900)));
const out = folder.file("tuning.json", "");
const classifier = folder.file("classifier.json", "");
const nowhere = `${out}.none`;

const tune = (...args: readonly string[]) =>
  runCli([
    "eval",
    "tune",
    "--small",
    "small",
    "--large",
    "large",
    "--bootstrap",
    "50",
    "--out",
    out,
    "--force",
    ...args,
  ]);

describe("eval tune", () => {
  it("prints the threshold and its certificate in plain words, and writes the file", async () => {
    const { exitCode, out: text, err } = await tune("--outcomes", outcomes, "--max-loss", "0.05");
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    const file = await readTuning(out);
    expect(JSON.parse(readFileSync(out, "utf8")).threshold).toBe(file.threshold);
    expect(file).toMatchObject({
      createdAt: "2026-12-01T00:00:00.000Z",
      expiresAt: "2027-03-01T00:00:00.000Z",
      classifier: { name: "complexity" },
      certificate: { maxLoss: 0.05, records: 800, threshold: file.threshold },
    });
    expect(text).toMatch(/^small small, large large; complexity@[0-9a-f]{12}; policy \w+\n/);
    expect(text).toMatch(
      /^On 800 records, with 95 % confidence, the mean quality lost against always large is at most 0\.05 \(of a scale from 0 to 1\); measured: -?0\.\d+ \(exact test\)\. Cost falls by [\d.]+ % \[[\d.]+, [\d.]+\], and [\d.]+ % of requests go to large\./m,
    );
    // What is promised, and what is an estimate.
    expect(text).toMatch(
      /^at most +0\.0500\nof this policy alone, an estimate \(exact test\) +-?0\.\d+\np-value +\S+$/m,
    );
    expect(text).toMatch(/^threshold +large calls +quality +loss +USD per 1,000 +p-value +accepted$/m);
    expect(text).toMatch(/tuning\.json: tuning [0-9a-f]{12}, holds until 2027-03-01\n$/);
  });

  it("keeps the prices of a router's models, which eval check compares", async () => {
    const price = { usdPerMillionInputTokens: 0.1, usdPerMillionOutputTokens: 0.4 };
    const config = folder.config(() =>
      createRouter({
        models: { little: fakeModel({ name: "small", price }), big: fakeModel({ name: "large" }) },
        policy: threshold({ small: "little", large: "big", at: 0.5 }),
      }),
    );
    const { exitCode } = await tune("--outcomes", outcomes, "--max-loss", "0.05", "--prices-from", config);
    expect(exitCode).toBe(0);
    expect((await readTuning(out)).prices).toEqual({ small: price });
  });

  it("keeps a file that is there, unless it is told to replace it", async () => {
    const path = folder.file("kept.json", "mine");
    const args = ["eval", "tune", "--small", "small", "--large", "large", "--bootstrap", "20", "--out", path];
    const kept = await runCli([...args, "--outcomes", outcomes, "--max-loss", "0.05"]);
    expect(kept.exitCode).toBe(2);
    expect(kept.err).toContain("--out must be a new file, or --force, which replaces the one that is there");
    expect(readFileSync(path, "utf8")).toBe("mine");
    const replaced = await runCli([...args, "--outcomes", outcomes, "--max-loss", "0.05", "--force"]);
    expect(replaced.exitCode).toBe(0);
    expect((await readTuning(path)).certificate.maxLoss).toBe(0.05);
  });

  it("counts the tunings on the same records beside it, by other seeds or options", async () => {
    const own = temporaryFolder();
    try {
      const path = own.file("one.json", "");
      const args = ["--outcomes", outcomes, "--max-loss", "0.05", "--out"];
      const concernsAfter = async (...more: readonly string[]) => {
        const { exitCode } = await tune(...args, ...more);
        expect(exitCode).toBe(0);
        return (await readTuning(more[0] ?? path)).certificate.concerns ?? [];
      };
      expect(await concernsAfter(path)).toEqual([]);
      // The same again is no other try.
      expect(await concernsAfter(path)).toEqual([]);
      expect(await concernsAfter(path.replace("one", "two"), "--seed", "2")).toEqual([
        expect.stringMatching(
          /^These records were tuned on once before, with another seed or other options: /,
        ),
      ]);
      expect(await concernsAfter(path.replace("one", "three"), "--seed", "3")).toEqual([
        expect.stringMatching(/^These records were tuned on 2 times before/),
      ]);
      own.file("broken.json", "{");
      const others = own.file("others.jsonl", linesFrom(tuneRecords(800, { seed: 9, small: () => 0.95 })));
      const fresh = await tune(
        "--outcomes",
        others,
        "--max-loss",
        "0.05",
        "--out",
        path.replace("one", "four"),
      );
      expect(fresh.exitCode).toBe(0);
      expect((await readTuning(path.replace("one", "four"))).certificate.concerns).toBeUndefined();
    } finally {
      own.remove();
    }
  });

  it("does not write over what it reads", async () => {
    const { exitCode, err } = await tune("--outcomes", outcomes, "--out", outcomes);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/--out must be another file than the input/);
    expect(readFileSync(outcomes, "utf8")).toBe(linesFrom(records));
  });

  it("writes out control characters of a category, in sentences, table and JSON", async () => {
    const category = "c\u001b]0;pwned\u0007\u001b[31mX\u202e";
    const hostile = records.map((one) => ({
      ...one,
      category: one.category === "chat" ? category : "co\nde",
    }));
    const path = folder.file("hostile.jsonl", linesFrom(hostile));
    const args = ["--outcomes", path, "--by-category", "--max-loss", "0.1"];
    const { exitCode, out: text, err } = await tune(...args);
    expect(exitCode).toBe(0);
    expect(text + err).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    const shown = "c[U+001B]]0;pwned[U+0007][U+001B][31mX[U+202E]";
    expect(text.split("\n")).toContainEqual(expect.stringMatching(/^co de {2}/));
    expect(text.split("\n").filter((line) => line.startsWith(`${shown}  `))).toHaveLength(1);
    const json = (await tune(...args, "--json")).out;
    expect(json).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    expect(JSON.parse(json).categories).toContainEqual(expect.objectContaining({ category }));
  });

  it("prints JSON without the keys of the records", async () => {
    const args = ["--outcomes", outcomes, "--classifier", "length", "--guarantee", "regressions"];
    const { out: text } = await tune(...args, "--max-loss", "0.1", "--json", "--expires-days", "7");
    const printed = JSON.parse(text);
    const { data, ...file } = await readTuning(out);
    expect(printed).toEqual({ path: out, ...file, data: { ...data, keys: undefined } });
    expect(printed.certificate).toMatchObject({ guarantee: "regressions", test: "binomial" });
    expect(printed.expiresAt).toBe("2026-12-08T00:00:00.000Z");
  });

  it("tunes for a share, for a budget, and by category", async () => {
    const share = await tune("--outcomes", outcomes, "--large-share", "0.5");
    expect(share.out).toContain("The threshold was chosen for 50 % of large calls, the loss is the result.");
    expect(share.out).toMatch(/ further records chose the threshold\. /);
    // Chosen by other records: the bound is what is promised.
    expect(share.out).not.toContain("an estimate");
    const budget = await tune("--outcomes", outcomes, "--budget", "5");
    expect(budget.out).toMatch(/chosen for at most \$5 per 1,000 requests \(\$[\d.]+ measured\)/);
    const categories = await tune("--outcomes", outcomes, "--by-category", "--max-loss", "0.1");
    expect(categories.out).toMatch(
      /^category +threshold +records +loss +at most +alone \(estimate\) +large calls +saving/m,
    );
    expect(categories.out).toMatch(/^chat +[\d.]+ +267 +-?0\.\d+ +0\.1000 +-?0\.\d+ /m);
    expect(categories.out).toMatch(/^code +[\d.]+ +533 /m);
  });

  it("ends with exit code 1, says how many records would do, and writes nothing where there are too few", async () => {
    const {
      exitCode,
      out: text,
      err,
    } = await tune("--outcomes", few, "--max-loss", "0.01", "--out", nowhere);
    expect({ exitCode, text }).toEqual({ exitCode: 1, text: "" });
    expect(err).toMatch(/^switchpoint: no threshold can be certified .*: 60 records, about \d+ would do\n$/);
    expect(existsSync(nowhere)).toBe(false);
  });

  it("takes the part of the records that a classifier was not trained on, and refuses the other", async () => {
    const pair = ["--small", "small", "--large", "large", "--outcomes", topics, "--bootstrap", "20"];
    await runCli(["eval", "train", ...pair, "--part", "fit", "--split-seed", "4", "--out", classifier]);
    const args = ["--outcomes", topics, "--classifier", classifier, "--max-loss", "0.15"];
    const tuned = await tune(...args);
    expect(tuned).toMatchObject({ exitCode: 0 });
    expect(tuned.err).toMatch(/^tune part: \d+ of 900 records \(split seed 4\)\n/);
    const { proven, notRecommended } = await readClassifier(classifier);
    expect(tuned.err.includes("is not proven to beat prompt length")).toBe(!proven);
    expect(tuned.err.includes("is not recommended: small changes")).toBe(notRecommended !== undefined);
    const { data, fitted, classifier: used } = await readTuning(out);
    expect(fitted).toMatchObject({ purpose: "fit", split: { part: "fit" } });
    expect(data.split).toMatchObject({ seed: 4, part: "tune" });
    expect(used.name).toBe("trained");
    const leaky = await tune(...args, "--part", "all", "--out", nowhere);
    expect(leaky.exitCode).toBe(2);
    expect(leaky.err).toMatch(
      /records must be other records to tune with than those used to fit .*: 467 are in both/,
    );
    expect(existsSync(nowhere)).toBe(false);
  });

  it("takes a cap on what a unit counts", async () => {
    const path = folder.file(
      "users.jsonl",
      linesFrom(records.map((record, index) => ({ ...record, session: `s${Math.floor(index / 4)}` }))),
    );
    const { out: text } = await tune("--outcomes", path, "--max-loss", "0.1", "--unit-cap", "1");
    expect(text).toMatch(/^On 800 records, 200 independent units .*or tenant, all count as one\. /m);
    expect((await readTuning(out)).certificate).toMatchObject({ largestUnit: 4, unitCap: 1 });
  });

  it("tries quantiles of other requests where there are some", async () => {
    const others = records.map(({ id, prompt = "" }, index) => ({
      id,
      prompt: index < 3 ? prompt : `other ${prompt.repeat(1 + (index % 2))}`,
    }));
    const path = folder.file("prompts.jsonl", others.map((one) => `${JSON.stringify(one)}\n`).join(""));
    const args = ["--outcomes", outcomes, "--classifier", "length", "--max-loss", "0.05"];
    const { exitCode, err } = await tune(...args, "--grid-from", path);
    expect({ exitCode, err }).toEqual({
      exitCode: 0,
      err: "--grid-from: 3 requests left out, also among the outcomes\n",
    });
    const tried = (await readTuning(out)).curve.map(({ threshold }) => threshold ?? 0);
    expect(tried.at(-1)).toBe(1.01);
    // Four digits are enough to tell one threshold from another.
    expect(tried.every((threshold) => threshold === Number(threshold.toFixed(4)))).toBe(true);
    expect(tried.filter((threshold) => !Number.isInteger(100 * threshold)).length).toBeGreaterThan(50);
    const same = await tune(...args, "--grid-from", outcomes, "--out", nowhere);
    expect(same.exitCode).toBe(2);
    expect(same.err).toContain("--grid-from must be requests that are not among the outcomes, got ");
  });

  it("says where there are no records", async () => {
    const empty = folder.file("empty.jsonl", "");
    const none = await tune("--outcomes", empty, "--out", nowhere);
    expect(none.exitCode).toBe(2);
    expect(none.err).toMatch(/empty\.jsonl: file holds no records\n$/);
    const apart = folder.file(
      "apart.jsonl",
      linesFrom(
        records.slice(0, 10).map(({ outcomes: both, ...record }, index) => {
          const name = index < 4 ? "small" : "large";
          return { ...record, outcomes: { [name]: both[name] ?? { quality: 0 } } };
        }),
      ),
    );
    const neither = await tune("--outcomes", apart, "--out", nowhere);
    expect(neither.exitCode).toBe(2);
    expect(neither.err).toContain("outcomes of all models (4 have small, 6 have large, none has all)");
  });

  it("says what lacks an outcome, and was left out", async () => {
    const lacking = (reason?: string): string =>
      linesFrom(
        records.map((record, index) => {
          if (index >= 7) return record;
          const { large: _, ...outcomes } = record.outcomes;
          return { ...record, outcomes, ...(reason && { missing: { large: reason } }) };
        }),
      );
    const path = folder.file("lacking.jsonl", lacking("timeout"));
    const { err } = await tune("--outcomes", path, "--max-loss", "0.1");
    expect(err).toBe("7 records lack the outcome of a model: they count as lost\n");
    const strict = await tune("--outcomes", path, "--max-loss", "0.001", "--out", nowhere);
    expect(strict.exitCode).toBe(2);
    expect(strict.err).toMatch(
      /7 of \d+ lack an outcome and count as lost, .+large has none on 7 \(timeout\)/,
    );
    expect(existsSync(nowhere)).toBe(false);
    const forbidden = folder.file("forbidden.jsonl", lacking("not-permitted"));
    expect((await tune("--outcomes", forbidden, "--max-loss", "0.1")).err).toBe(
      "7 records were left out: a model is not permitted there\n",
    );
  });

  it.each([
    [["--max-loss", "0"], '--max-loss must be a number above 0 and below 1, got "0"'],
    [["--confidence", "95"], '--confidence must be a number in [0, 1], got "95"'],
    [["--guarantee", "most"], '--guarantee must be mean or regressions, got "most"'],
    [["--test", "wald"], '--test must be exact, gaffke, betting, got "wald"'],
    [["--unit-cap", "0"], '--unit-cap must be a number in [1, 4294967295], got "0"'],
    [["--group-by", "user"], "--group-by must be one or more of prompt, template, group, session, tenant"],
    [
      ["--max-loss", "0.1", "--budget", "3"],
      '--budget must be absent together with --max-loss: each is a target of its own, got "3"',
    ],
    [
      ["--by-category", "--large-share", "0.3"],
      '--large-share must be absent together with --by-category, which takes --max-loss, got "0.3"',
    ],
    [["--small", "other"], 'models must be a model that the records name: large, small, got "other"'],
  ])("refuses %o with exit code 2", async (args, message) => {
    const { exitCode, err } = await tune("--outcomes", outcomes, ...args, "--out", nowhere);
    expect(exitCode).toBe(2);
    expect(err).toContain(message);
    expect(existsSync(nowhere)).toBe(false);
  });

  it("shows an example in its help", async () => {
    const { out: text } = await tune("--help");
    expect(text).toContain("switchpoint eval tune --outcomes outcomes.jsonl.gz --small");
  });
});
