import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as classifiers from "../../src/classifiers/index.ts";
import type { Classifier } from "../../src/contracts/index.ts";
import { classifierConformance } from "../../src/testing/index.ts";

/** Each classifier by file name, in the forms that differ. */
const samples: Readonly<Record<string, readonly Classifier[]>> = {
  complexity: [classifiers.complexity(), classifiers.complexity({ signals: true })],
  length: [classifiers.length()],
};

describe.each(Object.entries(samples))("%s", (_, forms) => {
  for (const [form, classifier] of forms.entries()) {
    for (const { name, run } of classifierConformance({ classifier }))
      test(`${name} (form ${form + 1})`, run);
  }
});

test("every classifier is in the suite", () => {
  const folder = join(import.meta.dirname, "../../src/classifiers");
  const files = readdirSync(folder).filter((file) =>
    /\): Classifier \{/.test(readFileSync(join(folder, file), "utf8")),
  );
  expect(files.map((file) => file.replace(/\.ts$/, "")).sort()).toEqual(Object.keys(samples).sort());
});
