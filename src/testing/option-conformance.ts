import assert from "node:assert/strict";
import { rangeOf } from "../plugin/options/describe-kind.ts";
import type { AnyOption, AnyOptions } from "../plugin/options/option-kind.ts";
import type { OptionTable } from "../plugin/options/option-table.ts";
import { readValue } from "../plugin/options/read-options.ts";
import type { ConformanceCase } from "./conformance-case.ts";

export interface OptionsSetup<Options extends object, Open extends keyof Options> {
  /** Path of the options in errors, for instance `sticky`. */
  readonly owner: string;
  readonly table: OptionTable<Options, Open>;
  /** Valid options: those that are required, at least. */
  readonly valid: NoInfer<Options>;
  /** Calls the function that reads the options. It throws, or returns a promise that rejects, if one is wrong. */
  readonly use: (options: NoInfer<Options>) => unknown;
  /** Path before the names of options where it is not the owner. */
  readonly path?: string | undefined;
}

/**
 * Returns the requirements on a function that reads a table of options, as cases for any test runner:
 *
 *     for (const { name, run } of optionConformance({ owner: "sticky", table, valid: {}, use: (options) => sticky(policy, options) }))
 *       test(name, run);
 *
 * Each option is given values of other types and beyond its range, and a misspelt name. Options with a check of their own
 * are only misspelt: what they refuse is for tests of their own.
 */
export function optionConformance<Options extends object, Open extends keyof Options = never>(
  setup: OptionsSetup<Options, Open>,
): readonly ConformanceCase[] {
  const { owner, valid, path = owner } = setup;
  const table = setup.table as AnyOptions;
  const use = async (changes: Readonly<Record<string, unknown>>): Promise<unknown> =>
    setup.use({ ...valid, ...changes });
  const refusal = (changes: Readonly<Record<string, unknown>>): Promise<Refusal> =>
    refusalOf(() => use(changes));

  const cases: Record<string, () => Promise<void>> = {
    "takes valid options": async () => {
      await use({});
    },
    "refuses what is not an object of options": async () => {
      for (const wrong of [null, 7]) {
        const { option } = await refusalOf(async () => setup.use(wrong as never));
        assert.ok(option.startsWith(owner), `the error must name ${owner}, not ${option}`);
      }
    },
    "takes undefined for an option that is left out": async () => {
      for (const key of Object.keys(table)) if (!Object.hasOwn(valid, key)) await use({ [key]: undefined });
    },
    "refuses a misspelt option, and says which one is meant": async () => {
      for (const key of Object.keys(table)) {
        const misspelt = `${key}x`;
        if (Object.hasOwn(table, misspelt)) continue;
        const { option, message } = await refusal({ [misspelt]: "a secret" });
        assert.equal(option, `${owner}.${misspelt}`);
        assert.ok(message.includes(`Did you mean ${key}?`), message);
        assert.ok(!message.includes("a secret"), "the value of a misspelt option may be a secret");
      }
    },
    "has defaults that it would take": async () => {
      for (const [key, kind] of Object.entries(table))
        if (kind.default !== undefined) readValue(kind, key, kind.default);
    },
  };
  for (const [key, kind] of Object.entries(table)) {
    const isNeeded = kind.default === undefined && !kind.optional;
    const wrong = [...wrongValues(kind), ...(isNeeded && kind.is !== "any" ? [undefined] : [])];
    if (wrong.length === 0) continue;
    const at = path === "" ? key : `${path}.${key}`;
    cases[`refuses ${key} of another type or out of range, and names it`] = async () => {
      for (const value of wrong) {
        const { option } = await refusal({ [key]: value });
        assert.ok(option.startsWith(at), `the error must name ${at}, not ${option}`);
      }
    };
  }
  return Object.entries(cases).map(([name, run]) => ({ name, run }));
}

interface Refusal {
  readonly code?: unknown;
  readonly option: string;
  readonly message: string;
}

async function refusalOf(action: () => Promise<unknown>): Promise<Refusal> {
  try {
    await action();
  } catch (error) {
    const refusal = error as Refusal;
    assert.equal(refusal.code, "invalid-option", `must throw InvalidOptionError, not ${error}`);
    return refusal;
  }
  return assert.fail("must refuse it");
}

/** Returns values that are not of the kind. */
function wrongValues(kind: AnyOption): readonly unknown[] {
  switch (kind.is) {
    case "any":
    case "checked":
      return [];
    case "number":
    case "share":
    case "duration": {
      const { min, above, max, below, integer } = rangeOf(kind);
      const beyond = [min !== undefined && min - 1, above, max !== undefined && max * 2 + 1, below];
      const half = integer ? [(min ?? above ?? 0) + 0.5] : [];
      const outside = beyond.filter((one) => typeof one === "number" && Number.isFinite(one));
      const infinite = max === Number.POSITIVE_INFINITY ? [] : [Number.POSITIVE_INFINITY];
      return [null, "1", true, Number.NaN, ...infinite, ...outside, ...half];
    }
    case "boolean":
      return [null, "false", 0, 1];
    case "text": {
      const { empty, max, pattern } = kind;
      const long = max === undefined ? [] : ["x".repeat(max + 1)];
      const odd = ["\n", " x ", "é?"].filter((text) => pattern?.test(text) === false);
      return [null, 7, {}, ...(empty ? [] : ["", " "]), ...long, ...odd];
    }
    case "choice":
      return [null, 7, "no such choice"];
    case "function":
      return [null, "f", {}];
    case "object":
      return [null, "x", {}];
    case "ids":
      return [null, "x", [], [""], [7], ["a", "b", "a"], ...((kind.min ?? 1) > 1 ? [["a"]] : [])];
    case "list":
      return [...(kind.orOne ? [] : [null, {}]), ...((kind.min ?? 0) > 0 ? [[]] : []), ...entries(kind.of)];
    case "tuple":
      return [null, "x", [], [...kind.of.map(() => null), null]];
    case "record":
      return [null, "x", [], ...wrongValues(kind.of).map((value) => ({ key: value }))];
    case "table":
      return [
        null,
        7,
        [],
        { "no such option": 1 },
        ...Object.entries(kind.of).flatMap(([key, of]) => wrongValues(of).map((value) => ({ [key]: value }))),
      ];
  }
}

function entries(of: AnyOption): readonly unknown[] {
  return wrongValues(of).map((value) => [value]);
}
