import assert from "node:assert/strict";
import type { Classification, Classifier, HopContext, RequestFacts } from "../contracts/index.ts";
import { copyOf } from "../plugin/copy-of.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { factsOf } from "./facts-of.ts";
import { hostileFacts, secretText, usualFacts } from "./sample-facts.ts";

export interface ClassifierSetup {
  readonly classifier: Classifier;
  /** Hop for classifiers that call a model. Default: one in which no model is permitted. */
  readonly hop?: HopContext | undefined;
}

/** Texts that break careless parsers; some are longer than a normalised request ever contains. */
const hostileTexts: Readonly<Record<string, string>> = {
  empty: "",
  "one character": "a",
  "1 MB": "lorem ipsum 42 ".repeat(70_000),
  "1 MB without a space": "a".repeat(1_000_000),
  emoji: "👩‍👩‍👧‍👦🏳️‍🌈".repeat(300),
  "lone surrogates": "\ud800 \udc00\udfff\ud83d".repeat(200),
  "zero-width characters": "\u200b\u200c\u200d\ufeff\u2060".repeat(400),
  "right to left": "\u202eمرحبا بالعالم שלום".repeat(100),
  "control characters": Array.from({ length: 160 }, (_, code) => String.fromCharCode(code)).join(""),
  "combining marks": `e${"\u0301".repeat(3_000)}`,
  "names of object internals": "__proto__ constructor hasOwnProperty toString",
};

const textFacts = Object.values(hostileTexts).flatMap((text) => [
  factsOf({ ask: text }),
  factsOf({ ask: "and then?", window: text, turns: 3 }),
]);

/**
 * Returns the requirements on every classifier, as cases for any test runner:
 *
 *     for (const { name, run } of classifierConformance({ classifier }))
 *       test(name, run);
 */
export function classifierConformance(setup: ClassifierSetup): readonly ConformanceCase[] {
  const { classifier, hop = withoutModels } = setup;
  const all = deepFreeze([...usualFacts, ...hostileFacts, ...textFacts].map((facts) => copyOf(facts)));
  const ask = async (facts: RequestFacts): Promise<Classification> => classifier.classify(facts, hop);

  const cases: Record<string, () => Promise<void>> = {
    "has a name and a version": async () => {
      const { name, version } = classifier;
      assert.ok(typeof name === "string" && name !== "", "name must not be empty");
      assert.ok(typeof version === "string" && version !== "", "version must not be empty");
    },
    "gives each usual request a complexity in [0, 1]": async () => {
      for (const facts of usualFacts) checkUnit("complexity", (await ask(facts)).complexity);
    },
    "gives requests made to break it a complexity in [0, 1]": async () => {
      for (const facts of all) checkUnit("complexity", (await ask(facts)).complexity);
    },
    "gives the same result for the same request, in any order": async () => {
      const first: Classification[] = [];
      for (const facts of all) first.push(await ask(facts));
      for (const [index, facts] of [...all.entries()].reverse())
        assert.deepEqual(await ask(facts), first[index]);
    },
    "leaves the facts unchanged": async () => {
      for (const facts of all) {
        const own = copyOf(facts);
        await ask(own);
        assert.deepEqual(own, facts);
      }
    },
    "answers with plain JSON": async () => {
      for (const facts of all) {
        const classification = await ask(facts);
        const given = Object.entries(classification).filter(([, value]) => value !== undefined);
        assert.deepEqual(JSON.parse(JSON.stringify(classification)), Object.fromEntries(given));
      }
    },
    "gives qualities in [0, 1] and signals that are finite numbers": async () => {
      for (const facts of all) {
        const { quality = {}, signals = {} } = await ask(facts);
        for (const [name, value] of Object.entries(quality)) checkUnit(`quality of ${name}`, value);
        for (const [name, value] of Object.entries(signals))
          assert.ok(Number.isFinite(value), `signal ${name} must be a finite number, not ${String(value)}`);
      }
    },
    "quotes no prompt": async () => {
      for (const facts of all)
        assert.ok(
          !JSON.stringify(await ask(facts)).includes(secretText),
          "classifications are logged and must not contain text of the request",
        );
    },
  };
  return Object.entries(cases).map(([name, run]) => ({ name, run }));
}

const noModel = async (): Promise<never> =>
  assert.fail("the classifier calls a model: pass classifierConformance a hop that has one");

const withoutModels: HopContext = {
  signal: new AbortController().signal,
  now: Date.UTC(2026, 0, 1),
  generate: noModel,
  call: noModel,
  permits: () => "no model is permitted in this suite",
};

function checkUnit(what: string, value: unknown): void {
  assert.ok(
    typeof value === "number" && value >= 0 && value <= 1,
    `${what} must be a number in [0, 1], not ${String(value)}`,
  );
}
