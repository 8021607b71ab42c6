import fc from "fast-check";
import { expect, test } from "vitest";
import { textKey } from "../../../../evals/data/outcomes/prompt-key.ts";
import { type OutcomeRecord, splitOutcomes, unitsOf } from "../../../../evals/index.ts";
import { isRouterError } from "../../../../src/contracts/index.ts";
import { recordOf } from "../../../support/evals/records.ts";
import { wordOf } from "../../../support/evals/word-of.ts";
import { numRuns } from "../../../support/runs.ts";

const name = (prefix: string, most: number) =>
  fc.option(
    fc.integer({ min: 0, max: most }).map((at) => `${prefix}${at}`),
    { nil: undefined },
  );
const linked: fc.Arbitrary<OutcomeRecord[]> = fc
  .array(
    fc.record({
      prompt: fc.integer({ min: 0, max: 90 }).map((at) => `Ask ${wordOf(at)}!`),
      group: name("g", 200),
      session: name("s", 200),
      tenant: name("t", 90),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((rows) => rows.map((row, index) => recordOf(String(index), {}, row)));

const many = (count: number, rest: (index: number) => Partial<OutcomeRecord> = () => ({})): OutcomeRecord[] =>
  Array.from({ length: count }, (_, index) =>
    recordOf(`r${index}`, {}, { prompt: `prompt ${wordOf(index)}`, ...rest(index) }),
  );

/** `undefined` where the units are too large for a split. */
function splitIfAny(records: readonly OutcomeRecord[], options?: Parameters<typeof splitOutcomes>[1]) {
  try {
    return splitOutcomes(records, options);
  } catch (error) {
    if (isRouterError(error, "invalid-option")) return undefined;
    throw error;
  }
}

test("no prompt, group, session or tenant is in both parts, and no record is lost", () => {
  let tried = 0;
  fc.assert(
    fc.property(linked, fc.nat(), (records, seed) => {
      const split = splitIfAny(records, { seed });
      if (split === undefined) return;
      tried += 1;
      const { fit, tune, leftOut } = split;
      expect(fit.length + tune.length).toBe(records.length);
      expect(leftOut).toBe(0);
      const values = (part: readonly OutcomeRecord[], field: "group" | "tenant") =>
        new Set(part.map((record) => record[field]).filter((value) => value !== undefined));
      for (const field of ["group", "tenant"] as const)
        expect([...values(fit, field)].filter((value) => values(tune, field).has(value))).toEqual([]);
      const prompts = new Set(tune.map(textKey));
      expect(fit.filter((record) => prompts.has(textKey(record)))).toEqual([]);
    }),
    numRuns(10_000),
  );
  expect(tried).toBeGreaterThan(numRuns(10_000).numRuns / 5);
});

test("a record stays in its part when the records come in another order", () => {
  fc.assert(
    fc.property(linked, fc.nat(), (records, seed) => {
      const ids = (part: readonly OutcomeRecord[] | undefined) => part?.map(({ id }) => id).sort();
      const split = splitIfAny(records, { seed });
      expect(ids(splitIfAny([...records].reverse(), { seed })?.fit)).toEqual(ids(split?.fit));
    }),
    numRuns(10_000),
  );
});

test("appended records move none of those before them, unless they join two units", () => {
  const records = many(300, (index) => (index % 3 === 0 ? { tenant: `t${index % 20}` } : {}));
  const before = new Set(splitOutcomes(records).fit.map(({ id }) => id));
  const longer = [
    ...records,
    ...many(300).map((record) => ({
      ...record,
      id: `new ${record.id}`,
      prompt: `new ${record.prompt} again`,
    })),
    recordOf("more of a tenant", {}, { tenant: "t0", prompt: "another" }),
  ];
  const after = splitOutcomes(longer).fit.filter(({ id }) => id.startsWith("r"));
  expect(after.map(({ id }) => id)).toEqual([...before]);
});

test("shares hold as chance has it, also where units are joined from several", () => {
  for (const share of [0.2, 0.5, 0.8]) {
    const { fit } = splitOutcomes(many(4_000), { share });
    expect(Math.abs(fit.length / 4_000 - share)).toBeLessThan(0.03);
  }
  // Each unit has two tenants that share a prompt: the choice of its name must not prefer a part.
  const pairs = many(4_000, (index) => ({ tenant: `t${index}`, prompt: `prompt ${wordOf(index >> 1)}` }));
  expect(Math.abs(splitOutcomes(pairs).fit.length / 4_000 - 0.5)).toBeLessThan(0.05);
});

test("another seed gives another split, the same seed the same", () => {
  const ids = (seed: number) => splitOutcomes(many(200), { seed }).fit.map(({ id }) => id);
  expect(ids(1)).toEqual(ids(1));
  expect(ids(1)).not.toEqual(ids(2));
});

test("a prompt that all tenants ask makes one unit of them, and the error names it and what to group by", () => {
  const chained = [
    ...many(60, (index) => ({ tenant: `t${index % 20}` })),
    ...many(20, (index) => ({
      id: `hi ${index}`,
      prompt: index % 2 === 0 ? "hi" : "Hi!",
      tenant: `t${index}`,
    })),
  ];
  expect(new Set(unitsOf(chained)).size).toBe(1);
  expect(() => splitOutcomes(chained)).toThrow(
    "the largest unit has 80 of 80 records (61 prompts, 61 templates, 20 tenants), joined by a prompt that 20 of them share, " +
      'as record "hi 0" does: group by template, group, session, tenant instead',
  );
  const { fit, tune, leftOut } = splitOutcomes(chained, { groupBy: ["group", "session", "tenant"] });
  const inTune = new Set(tune.map(textKey));
  expect(leftOut).toBeGreaterThan(0);
  expect(fit.length + tune.length + leftOut).toBe(80);
  expect(fit.filter((record) => inTune.has(textKey(record)))).toEqual([]);
  expect(fit.filter((one) => tune.some(({ tenant }) => tenant === one.tenant))).toEqual([]);
});

test("one tenant's records cannot be split by tenant, and the error says to leave it out", () => {
  const one = many(100, () => ({ tenant: "only" }));
  expect(() => splitOutcomes(one)).toThrow("group by prompt, template, group, session instead");
  const { fit, tune } = splitOutcomes(one, { groupBy: ["prompt", "group", "session"] });
  expect(fit.length + tune.length).toBe(100);
});

test("a unit that makes the parts uneven is named in a notice", () => {
  const uneven = many(100, (index) => (index < 40 ? { tenant: "large" } : {}));
  const { fit, notice } = splitOutcomes(uneven, { seed: 3 });
  expect(notice).toMatch(
    new RegExp(
      `^the fit part has ${fit.length} % of the records instead of 50 %: the largest unit has 40 of 100`,
    ),
  );
  expect(splitOutcomes(many(1_000)).notice).toBeUndefined();
});

test("sessions of the same name are those of their own tenant", () => {
  const records = [
    recordOf("a", {}, { tenant: "x", session: "1" }),
    recordOf("b", {}, { tenant: "y", session: "1" }),
    recordOf("c", {}, { tenant: "y", session: "1" }),
  ];
  expect(Array.from(unitsOf(records, ["session"]))).toEqual([0, 1, 1]);
});

test("empty groups, sessions and tenants are none", () => {
  const records = many(3, () => ({ group: "", session: "", tenant: "" }));
  expect(Array.from(unitsOf(records))).toEqual([0, 1, 2]);
});

test("links in one long chain take no deep recursion and end in one unit", () => {
  const count = 20_000;
  const chain = many(count, (index) => ({ prompt: wordOf(index >> 1), group: `g${(index + 1) >> 1}` }));
  expect(new Set(unitsOf(chain)).size).toBe(1);
});

test("options that are wrong are refused by name", () => {
  expect(() => splitOutcomes(many(9), { share: 1 })).toThrow("splitOutcomes.share");
  expect(() => splitOutcomes(many(9), { seed: -1 })).toThrow("splitOutcomes.seed");
  expect(() => splitOutcomes(many(9), { groupBy: [] })).toThrow(
    "splitOutcomes.groupBy must be one or more of prompt, template, group, session, tenant",
  );
  expect(() => splitOutcomes([])).toThrow("records must be records to split");
});
