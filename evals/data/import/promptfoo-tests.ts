import { defined, fieldOf, promptOrMessages, textOf } from "../input/json-values.ts";
import type { DatasetRecord } from "../outcomes/dataset-record.ts";
import { type Fields, isObject } from "../outcomes/is-object.ts";
import { fillTemplate } from "./fill-template.ts";
import { type Imported, type ImportSettings, type Place, refuseAt } from "./import-format.ts";
import { expectedOf } from "./promptfoo-assert.ts";

export interface PromptfooTests {
  /** Reads a config, or a list of tests. */
  all(place: Place, document: unknown): Generator<Imported, void, void>;
  /** Reads one test, without a config around it. */
  add(place: Place, test: unknown): Generator<Imported, void, void>;
}

const mostCombinations = 10_000;
const elsewhere = "names another file: import that file itself (files are not followed)";

interface Config {
  readonly prompts: readonly string[];
  readonly defaultTest: Fields;
}

/**
 * Reads tests as a data set: each prompt with the variables of each test filled in. Asserts go into
 * `metadata.assert` and are never run; `expected` is the value of the first one with a good answer. A
 * variable that is a list stands for one test per item, as in promptfoo.
 */
export function promptfooTests(stem: string, { prompt, leaveOut }: ImportSettings): PromptfooTests {
  let count = 0;

  const all = function* (place: Place, document: unknown): Generator<Imported, void, void> {
    const config = Array.isArray(document) ? {} : document;
    if (!isObject(config))
      return refuseAt(place, "file", "must be a config { prompts, tests } or a list of tests");
    const tests = Array.isArray(document) ? document : config["tests"];
    if (!Array.isArray(tests))
      refuseAt(place, "tests", typeof tests === "string" ? elsewhere : "must be a list");
    if (Array.isArray(config["scenarios"])) leaveOut("scenarios", config["scenarios"].length);
    const defaultTest = config["defaultTest"] ?? {};
    if (!isObject(defaultTest))
      refuseAt(place, "defaultTest", typeof defaultTest === "string" ? elsewhere : "must be an object");
    const prompts = prompt === undefined ? promptsOf(place, config["prompts"]) : [prompt];
    for (const [at, test] of (tests as readonly unknown[]).entries()) {
      const path = Array.isArray(document) ? `[${at}].` : `tests[${at}].`;
      yield* records({ ...place, path }, test, { prompts, defaultTest: defaultTest as Fields });
    }
  };

  const records = function* (place: Place, test: unknown, config: Config): Generator<Imported, void, void> {
    count += 1;
    const parts = partsOf(place, test, config.defaultTest);
    const { vars, metadata, options } = parts;
    const own = textOf(metadata["id"]) ?? `${stem}.${count}`;
    const combinations = options["disableVarExpansion"] === true ? [vars] : combinationsOf(place, vars);
    const several = config.prompts.length * combinations.length > 1;
    let number = 0;
    for (const template of config.prompts) {
      for (const values of combinations) {
        number += 1;
        if (Object.values(values).some((value) => typeof value === "string" && value.startsWith("file://"))) {
          leaveOut("tests with variables in files");
          continue;
        }
        const names = several ? { id: `${own}.${number}`, group: own } : { id: own };
        yield { place, record: { ...names, ...recordOf(place, template, { ...parts, vars: values }) } };
      }
    }
  };

  return {
    all,
    add: (place, test) => records(place, test, { prompts: [prompt ?? "{{prompt}}"], defaultTest: {} }),
  };
}

interface Parts {
  readonly vars: Fields;
  readonly asserts: readonly unknown[];
  readonly metadata: Fields;
  readonly options: Fields;
}

function recordOf(
  place: Place,
  template: string,
  { vars, asserts, metadata, options }: Parts,
): Omit<DatasetRecord, "id"> {
  const fill = (text: string): string =>
    fillTemplate(text, vars, (problem) => refuseAt(place, "prompt", problem));
  const asked = promptOrMessages(template);
  const { id, category, ...rest } = metadata;
  const kept = asserts.length === 0 ? rest : { ...rest, assert: asserts };
  return defined({
    ...("messages" in asked
      ? { messages: filled(asked.messages, fill) as typeof asked.messages }
      : promptOrMessages(`${options["prefix"] ?? ""}${fill(template)}${options["suffix"] ?? ""}`)),
    category: textOf(category),
    expected: filled(expectedOf(asserts), (text) => fillIfKnown(text, vars)),
    metadata: Object.keys(kept).length === 0 ? undefined : kept,
  });
}

/** Fills in the variables of an assert's value; a text with other braces stays unchanged. */
function fillIfKnown(text: string, vars: Fields): string {
  try {
    return fillTemplate(text, vars, (problem) => {
      throw new Error(problem);
    });
  } catch {
    return text;
  }
}

function promptsOf(place: Place, prompts: unknown): readonly string[] {
  if (prompts === undefined) return ["{{prompt}}"];
  const list: readonly unknown[] = Array.isArray(prompts) ? prompts : [prompts];
  return list.map((prompt, at) => {
    const text = textOf(prompt) ?? textOf(fieldOf(prompt, "raw")) ?? textOf(fieldOf(prompt, "id"));
    if (text === undefined) return refuseAt(place, `prompts[${at}]`, "must be a text, or { raw }");
    if (text.startsWith("file://"))
      return refuseAt(place, `prompts[${at}]`, "is in another file: give its text as the template (prompt)");
    return text;
  });
}

function partsOf(place: Place, test: unknown, defaults: Fields): Parts {
  if (!isObject(test))
    return refuseAt(
      { ...place, path: place.path?.slice(0, -1) },
      "",
      typeof test === "string" ? elsewhere : "must be a test { vars, assert }",
    );
  const part = (field: string): Fields => {
    const value = test[field] ?? {};
    const before = defaults[field] ?? {};
    if (!isObject(value) || !isObject(before))
      return refuseAt(place, field, typeof value === "string" ? elsewhere : "must be an object");
    return { ...before, ...value };
  };
  const options = part("options");
  const inherited = options["disableDefaultAsserts"] === true ? [] : (defaults["assert"] ?? []);
  const asserts = [inherited, test["assert"] ?? []].flatMap((list) =>
    Array.isArray(list) ? (list as readonly unknown[]) : refuseAt(place, "assert", "must be a list"),
  );
  return { vars: part("vars"), asserts, metadata: part("metadata"), options };
}

/** Combines lists of texts: one set of variables per text. Other lists are values. */
function combinationsOf(place: Place, vars: Fields): readonly Fields[] {
  let combinations: readonly Fields[] = [{}];
  for (const [name, value] of Object.entries(vars)) {
    const values = Array.isArray(value) && typeof value[0] === "string" ? value : [value];
    if (combinations.length * values.length > mostCombinations)
      refuseAt(place, "vars", `stand for more than ${mostCombinations} tests`);
    combinations = combinations.flatMap((one) =>
      values.map((item) => Object.fromEntries([...Object.entries(one), [name, item]])),
    );
  }
  return combinations;
}

/** Fills in all texts of a value, such as messages. */
export function filled(value: unknown, fill: (text: string) => string): unknown {
  if (typeof value === "string") return fill(value);
  if (Array.isArray(value)) return value.map((item) => filled(item, fill));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, fill)]));
}
