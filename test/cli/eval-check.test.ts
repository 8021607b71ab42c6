import { existsSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { recordKeysOf } from "../../evals/data/split/record-keys.ts";
import { trainClassifier } from "../../evals/index.ts";
import type { TuningFile } from "../../evals/tune/tuning-file.ts";
import { threshold } from "../../policies/index.ts";
import { createRouter } from "../../src/router/create/create-router.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { temporaryFolder } from "../support/cli-config.ts";
import { stated } from "../support/evals/records.ts";
import { large, largePrice, recordsOf, small, smallPrice, tuned } from "../support/evals/tuned.ts";
import { runCli } from "../support/run-cli.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const lines = (records: readonly object[]): string => records.map((one) => JSON.stringify(one)).join("\n");
const fresh = folder.file("fresh.jsonl", lines(recordsOf({ count: 1_000, loss: 0.02 })));
const lossy = folder.file("lossy.jsonl", lines(recordsOf({ count: 1_000, loss: 0.5 })));
const tuning = folder.file("tuning.json", JSON.stringify(tuned()));
const config = folder.config(() =>
  createRouter({
    models: {
      little: fakeModel({ name: small, price: smallPrice }),
      big: fakeModel({ name: large, price: largePrice }),
    },
    policy: threshold({ small: "little", large: "big", at: 0.5 }),
    classifier: stated,
  }),
);

const check = (...args: readonly string[]) => runCli(["eval", "check", ...args]);
const checkConfig = (outcomes: string, ...args: readonly string[]) =>
  check("--tuning", tuning, "--outcomes", outcomes, "--config", config, ...args);

describe("eval check", () => {
  it("says of each thing that a certificate rests on whether it still holds", async () => {
    const { exitCode, out, err } = await checkConfig(fresh);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    expect(out.split("\n")[0]).toMatch(/tuning\.json \([0-9a-f]{12}\) on 1000 fresh records$/);
    const names = ["promise", "recertification", "unit-size", "expiry", "classifier"];
    for (const name of [...names, "models", "policy", "prices", "score-distribution"])
      expect(out).toMatch(new RegExp(`^ok +${name} `, "m"));
    expect(out.trimEnd().split("\n").at(-1)).toMatch(
      /^passed: 14 of 14 checks\. In 9 of 10 runs this many records find a small model \d\.\d points worse, a large model \d\.\d points worse, a loss \d\.\d points worse; a smaller change would pass unseen$/,
    );
  });

  it("fails with exit code 1 when the promise is broken, and names it", async () => {
    const { exitCode, out, err } = await checkConfig(lossy);
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: "" });
    expect(out).toMatch(/^FAIL +promise +the promise no longer holds: loss 2\d/m);
    expect(out).toMatch(/^\? +recertification /m);
    expect(out).toMatch(/\nFAILED: 3 of 14 checks failed, 1 could not be judged\n$/);
  });

  it("passes what cannot be judged, and fails it under --strict", async () => {
    const few = folder.file("few.jsonl", lines(recordsOf({ count: 20, loss: 0 })));
    const lenient = await checkConfig(few);
    expect(lenient.exitCode).toBe(0);
    expect(lenient.out).toContain(
      "passed: 7 of 14 checks, 7 could not be judged. Too few records to find a worse model",
    );
    const strict = await checkConfig(few, "--strict");
    expect(strict.exitCode).toBe(1);
    expect(strict.out).toContain("FAILED: 0 of 14 checks failed, 7 could not be judged (strict: a failure)");
  });

  it("prints the report as JSON, and writes JUnit", async () => {
    const junit = folder.file("report.xml", "an older report");
    const { exitCode, out, err } = await checkConfig(lossy, "--json", "--junit", junit, "--github");
    expect(exitCode).toBe(1);
    const report = JSON.parse(out);
    expect(report).toMatchObject({ passed: false, strict: false, records: 1_000, skipped: 0 });
    expect(report.checks[0]).toMatchObject({ name: "promise", verdict: "failed" });
    expect(report.checks[0].figures.scopes[0].lowerBound).toBeGreaterThan(0.05);
    expect(readFileSync(junit, "utf8")).toMatch(
      /<testsuites name="switchpoint eval check" tests="14" failures="3"/,
    );
    expect(err).toMatch(
      /^::error file=.*,title=switchpoint eval check%3A promise::the promise no longer holds/,
    );
  });

  it("does not write JUnit over what it reads", async () => {
    for (const read of [tuning, fresh, config]) {
      const { exitCode, err } = await checkConfig(fresh, "--junit", read);
      expect({ exitCode, err }).toMatchObject({
        exitCode: 2,
        err: expect.stringContaining("--junit must be"),
      });
    }
    expect(JSON.parse(readFileSync(tuning, "utf8")).version).toBe(tuned().version);
  });

  it("says so where JUnit cannot be written", async () => {
    const { exitCode, err } = await checkConfig(fresh, "--junit", `${fresh}/report.xml`);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/--junit must be a file that can be written \(ENOTDIR\)/);
  });

  it("prints annotations below the report for --github", async () => {
    const { out } = await checkConfig(lossy, "--github");
    expect(out).toMatch(
      /\n::error file=[^\n]*promise::[^\n]*\n::error file=[^\n]*small-model::[^\n]*\n::error file=[^\n]*loss::[^\n]*\n::warning file=[^\n]*recertification::[^\n]*\n$/,
    );
  });

  it("lets no name of a file start a line of its own", async () => {
    const name = "openai:gpt\n::error::x";
    const file = tuned({ models: [name, small], small, large: name, prices: {} });
    const records = recordsOf({ count: 5, loss: 0 }).map(({ outcomes, ...rest }) => ({
      ...rest,
      outcomes: { [small]: outcomes[small], [name]: outcomes[large] },
    }));
    const hostile = folder.file("hostile.json", JSON.stringify(file));
    const { out } = await check(
      ...[
        "--tuning",
        hostile,
        "--outcomes",
        folder.file("hostile.jsonl", lines(records)),
        "--config",
        config,
      ],
    );
    expect(out).toContain("openai:gpt ::error::x");
    expect(out).not.toMatch(/^::error::x/m);
  });

  it("takes the built-in classifier that was tuned on, and asks for the file of a trained one", async () => {
    const byLength: Partial<TuningFile> = { classifier: { name: "length", version: "0" } };
    const file = folder.file("length.json", JSON.stringify(tuned(byLength)));
    const { exitCode, out } = await check("--tuning", file, "--outcomes", fresh);
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^FAIL +classifier +length@\S+ is in use, but length@0 was tuned on/m);
    expect(await check("--tuning", tuning, "--outcomes", fresh)).toEqual({
      exitCode: 2,
      out: "",
      err: "switchpoint: --classifier must be the file of stated@1, which was tuned on, but it is missing\n",
    });
  });

  it("refuses outcomes that trained the classifier or tuned the threshold", async () => {
    const records = recordsOf({ count: 100, loss: 0.3 });
    const { file } = await trainClassifier(records, { small, large, resamples: 20 });
    const trainedFile = folder.file("classifier.json", JSON.stringify(file));
    const outcomes = folder.file("known.jsonl", lines(records));
    const withClassifier = await check(
      ...["--tuning", tuning, "--outcomes", outcomes, "--classifier", trainedFile],
    );
    expect(withClassifier).toMatchObject({ exitCode: 2, out: "" });
    expect(withClassifier.err).toMatch(
      /other records to check with than those used to fit .*classifier.json: /,
    );
    const data = recordKeysOf(records, "tune");
    const tunedOn = folder.file("tuned-on.json", JSON.stringify(tuned({ data })));
    const { exitCode, err } = await check("--tuning", tunedOn, "--outcomes", outcomes, "--config", config);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/those used to tune .*tuned-on.json: 100 are in both, record "1-0"/);
  });

  it("refuses outcomes that trained the classifier of a config, which the tuning file remembers", async () => {
    const fitted = recordKeysOf(recordsOf({ count: 10, loss: 0 }), "fit");
    const file = folder.file("fitted.json", JSON.stringify(tuned({ fitted })));
    const { exitCode, err } = await check("--tuning", file, "--outcomes", fresh, "--config", config);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/than those used to fit stated@1: 10 are in both/);
  });

  it("leaves out prompts that have tuned or trained with --skip-known, and counts them", async () => {
    const all = recordsOf({ count: 1_000, loss: 0.02 });
    const data = recordKeysOf(all.slice(0, 3), "tune");
    const fitted = recordKeysOf(all.slice(2, 5), "fit");
    const file = folder.file("known.json", JSON.stringify(tuned({ data, fitted })));
    const skip = ["--tuning", file, "--config", config, "--skip-known", "--outcomes"];
    const { exitCode, out, err } = await check(...skip, fresh);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/ on 995 fresh records$/m);
    expect(err).toBe("5 records were left out: their prompts were used to tune or train\n");
    const none = await check(...skip, folder.file("none.jsonl", lines(all.slice(0, 5))));
    expect(none).toMatchObject({ exitCode: 2, err: expect.stringContaining("--outcomes must be records") });
  });

  it.each<[string, (file: TuningFile) => string, RegExp]>([
    ["no JSON", () => "{", /file is not JSON/],
    [
      "another format version",
      (file) => JSON.stringify({ ...file, formatVersion: 7 }),
      /formatVersion is not 1/,
    ],
    [
      "a changed threshold",
      (file) => JSON.stringify({ ...file, threshold: 0.4 }),
      /version is not the hash of the rest/,
    ],
    [
      "a field that is wrong",
      (file) => JSON.stringify({ ...file, text: "ask" }),
      /bad\.json: text is not valid/,
    ],
  ])("refuses a tuning file with %s", async (_, text, message) => {
    const bad = folder.file("bad.json", text(tuned()));
    const junit = `${bad}.xml`;
    const { exitCode, out, err } = await check(
      ...["--tuning", bad, "--outcomes", fresh, "--config", config, "--junit", junit],
    );
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toMatch(message);
    expect(existsSync(junit)).toBe(false);
  });

  it("refuses outcomes that are empty, damaged or of other models", async () => {
    const empty = await checkConfig(folder.file("empty.jsonl", ""));
    expect(empty).toMatchObject({
      exitCode: 2,
      out: "",
      err: expect.stringMatching(/file holds no records/),
    });
    const damaged = await checkConfig(folder.file("damaged.jsonl", '{"id":"1"}'));
    expect(damaged).toMatchObject({ exitCode: 2, err: expect.stringMatching(/damaged.jsonl:1: prompt/) });
    const others = [{ id: "1", prompt: "0.5", outcomes: { other: { quality: 1 } } }];
    const foreign = await checkConfig(folder.file("foreign.jsonl", lines(others)));
    expect(foreign).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/a model that the records name: other/),
    });
    const [first, ...rest] = recordsOf({ count: 300, loss: 0.02 });
    const lacking = lines([{ ...first, outcomes: { [large]: { quality: 1 } } }, ...rest]);
    const { out } = await checkConfig(folder.file("lacking.jsonl", lacking));
    expect(out).toMatch(/ on 299 fresh records, 1 left out: a model has no outcome there/);
    const both = await checkConfig(fresh, "--classifier", "length");
    expect(both).toMatchObject({ exitCode: 2, err: expect.stringMatching(/absent together with --config/) });
  });
});
