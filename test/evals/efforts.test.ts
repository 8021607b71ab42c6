import { afterAll, expect, it } from "vitest";
import { type OutcomeRecord, replayCases, trainClassifier, tuneThreshold } from "../../evals/index.ts";
import { except } from "../../policies/constraints/index.ts";
import { random, threshold } from "../../policies/index.ts";
import type { Constraint } from "../../src/contracts/index.ts";
import { createRouter, efforts, spendMeter } from "../../src/index.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { importFolder } from "../support/evals/import-folder.ts";
import { stated } from "../support/evals/records.ts";
import { tuneRecords } from "../support/evals/tune-records.ts";

const low = "openai:gpt-5.5@low";
const high = "openai:gpt-5.5@high";
const now = Date.parse("2026-12-01T00:00:00Z");
const folder = importFolder();
afterAll(() => folder.remove());

/** Records of two efforts of one model. */
const records = tuneRecords(2_000).map(({ outcomes, ...rest }): OutcomeRecord => {
  const { small, large } = outcomes;
  return { ...rest, outcomes: { ...(small && { [low]: small }), ...(large && { [high]: large }) } };
});
const tuning = () =>
  tuneThreshold(records, { small: low, large: high, classifier: stated, resamples: 50, clock: () => now });

it("an effort is a model of its own for tuning, whose price is that of its base", async () => {
  const file = await tuning();
  expect(file.models).toEqual([low, high]);
  const { [low]: ofLow, [high]: ofHigh } = file.prices ?? {};
  expect(ofLow).toBeDefined();
  expect(ofLow).toEqual(ofHigh);
});

it("a certificate holds for a router whose ids are efforts, and for no other effort", async () => {
  const file = await tuning();
  const routerOf = (level: "low" | "medium") =>
    createRouter({
      models: efforts("large", fakeModel({ provider: "openai", model: "gpt-5.5" }), [
        "low",
        "medium",
        "high",
      ]),
      policy: threshold({ small: `large@${level}`, large: "large@high", at: file.threshold ?? 0 }),
      classifier: stated,
      tuning: file,
      clock: () => now,
    });
  const certified = await routerOf("low").decide("0.1 easy");
  expect([certified.model, certified.certified]).toEqual(["large@low", true]);
  const other = await routerOf("medium").decide("0.1 easy");
  expect([other.model, other.certified]).toEqual(["large@medium", false]);
});

it("an effort is a model of its own for training", async () => {
  const trained = JSON.stringify(await trainClassifier(records.slice(0, 400), { small: low, large: high }));
  for (const name of [low, high]) expect(trained).toContain(JSON.stringify(name));
});

it("replay takes names as ids: the base in a constraint stands for all efforts", async () => {
  const replayed = async (...constraints: readonly Constraint[]) => {
    const given = { models: [low, high], constraints };
    return (await replayCases<string>(records.slice(0, 50), given)).cases.map(({ context }) =>
      context.candidates.map(({ id }) => id),
    );
  };
  expect((await replayed())[0]).toEqual([low, high]);
  expect((await replayed(except(high)))[0]).toEqual([low]);
  expect(await replayed(except("openai:gpt-5.5"))).toEqual([]);
});

it("imported names may have an effort", async () => {
  const { records: read } = await folder.read(
    { "sums.csv": "prompt,a,b\n2 + 2?,True,False\n" },
    { from: "table", columns: { prompt: "prompt", [`quality:${low}`]: "a", [`quality:${high}`]: "b" } },
  );
  expect(read).toMatchObject([{ outcomes: { [low]: { quality: 1 }, [high]: { quality: 0 } } }]);
});

it("spend is counted by name", async () => {
  const meter = spendMeter();
  const router = createRouter({
    models: efforts("large", fakeModel({ provider: "openai", model: "gpt-5.5" }), ["low", "high"]),
    policy: random(),
    onEvent: meter,
  });
  const messages = [{ role: "user" as const, content: "x" }];
  await router.route({ messages, model: "large@low" });
  await router.route({ messages, model: "large@high" });
  const { byModel } = meter.report();
  expect(byModel.rows.map(({ name }) => name).sort()).toEqual([high, low]);
});
