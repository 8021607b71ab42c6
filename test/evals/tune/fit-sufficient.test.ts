import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fitSufficient, type OutcomeRecord, readSufficient, writeSufficient } from "../../../evals/index.ts";
import { seededRandom } from "../../../evals/metrics/index.ts";
import { sufficient } from "../../../policies/checks/index.ts";
import { wordOf } from "../../support/evals/word-of.ts";

const folder = mkdtempSync(join(tmpdir(), "sufficient-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface World {
  /** Log-probabilities mean another thing in category b: there all is right. */
  readonly categories?: boolean;
  readonly logprobs?: boolean;
  readonly answers?: boolean;
}

function recordsOf(count: number, { categories = false, logprobs = true, answers = false }: World = {}) {
  const random = seededRandom(3);
  return Array.from({ length: count }, (_, index): OutcomeRecord => {
    const inB = random() < 0.5;
    const logprobConfidence = -3 * random();
    const right = categories && inB ? true : random() < Math.exp(logprobConfidence);
    const answer = right ? "It is 4." : "I think it is 4. Perhaps not.\nAnswer: 4\nAnswer: 5";
    return {
      id: `${index}`,
      prompt: `Question ${wordOf(index)}`,
      category: inB ? "b" : "a",
      outcomes: {
        small: {
          quality: right ? 1 : 0,
          outputTokens: 5,
          ...(logprobs ? { logprobConfidence } : {}),
          ...(answers ? { answer } : {}),
        },
        large: { quality: 1 },
      },
    };
  });
}

const options = { small: "small", large: "large", resamples: 30 } as const;

describe("fitSufficient", () => {
  it("keeps the log-probability where nothing is better, with a threshold from the labels", async () => {
    const file = await fitSufficient(recordsOf(200), options);
    expect(file).toMatchObject({ score: "logprob", report: { records: 200, certified: false } });
    expect(file.gain).toBeUndefined();
    expect(file.min).toBeLessThanOrEqual(0);
    expect(() => sufficient(file)).not.toThrow();
  });

  it("blends where that wins in the resamples: a category in which all is right", async () => {
    const named = await fitSufficient(recordsOf(500, { categories: true }), { ...options, categories: true });
    expect(named).toMatchObject({
      score: "blend",
      gain: { categories: ["a", "b"], logprob: true, signals: false },
    });
    expect(named.report?.["blendWins"]).toBeGreaterThan(0.9);
    const few = await fitSufficient(recordsOf(250, { categories: true }), { ...options, categories: true });
    expect(few.score).toBe("logprob");
  });

  it("reads signs in the answers where there are no log-probabilities", async () => {
    const file = await fitSufficient(recordsOf(300, { logprobs: false, answers: true }), options);
    expect(file).toMatchObject({ score: "text", gain: { signals: true, logprob: false } });
    const { apgr } = file.report as { apgr: { text: number } };
    expect(apgr.text).toBeGreaterThan(0.62);
  });

  it("depends on nothing but records and options", async () => {
    const records = recordsOf(320, { categories: true });
    expect(await fitSufficient(records, options)).toEqual(await fitSufficient(records, options));
  });

  it("loses at most maxLoss on the records at its threshold", async () => {
    const records = recordsOf(400);
    const { min } = await fitSufficient(records, { ...options, maxLoss: 0.1 });
    const lost = records.filter(
      ({ outcomes: { small } }) => small?.quality === 0 && (small.logprobConfidence ?? -100) >= min,
    );
    expect(lost.length / 400).toBeLessThanOrEqual(0.1 + 1 / 400);
    expect(lost.length).toBeGreaterThan(0);
  });

  it("refuses too few records and wrong options", async () => {
    await expect(fitSufficient(recordsOf(39), options)).rejects.toThrow("at least 40 records");
    await expect(fitSufficient(recordsOf(50), { ...options, maxLoss: 2 })).rejects.toThrow("maxLoss");
    await expect(fitSufficient(recordsOf(50), { ...options, other: 1 } as never)).rejects.toThrow("other");
  });

  it("writes a file that is read and checked, to its hash", async () => {
    const path = join(folder, "check.json");
    const file = await fitSufficient(recordsOf(320, { categories: true }), { ...options, categories: true });
    await writeSufficient(path, file);
    expect(await readSufficient(path)).toEqual(file);
    writeFileSync(path, readFileSync(path, "utf8").replace(`"min": ${file.min}`, '"min": 0'));
    await expect(readSufficient(path)).rejects.toThrow("is not the hash of the rest");
    writeFileSync(path, "{}");
    await expect(readSufficient(path)).rejects.toThrow("formatVersion");
  });
});
