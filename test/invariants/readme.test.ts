import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as policies from "../../policies/index.ts";
import { checkReadme } from "../support/check-readme.ts";
import { root } from "../support/package-sources.ts";
import { readmeBlocks } from "../support/readme-blocks.ts";
import { runReadme } from "../support/run-readme.ts";
import { isChecked } from "../support/runs.ts";

const readmes = [
  ...readdirSync(root).filter((file) => file === "README.md"),
  ...["src", "policies", "evals"].flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" })
      .filter((file) => /(^|\/)README\.md$/.test(file))
      .map((file) => `${folder}/${file}`),
  ),
];
/** Pages of `docs`, whose examples are executed like those of the README files. */
const pages = readdirSync(`${root}docs`, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".md"))
  .map((file) => `docs/${file}`);
const blocks = [...readmes, ...pages].flatMap((file) =>
  readmeBlocks(file, readFileSync(root + file, "utf8")),
);

test("every README has an example", () => {
  const withExample = new Set(blocks.map(({ place }) => place.split(":")[0]));
  expect(readmes.filter((file) => !withExample.has(file))).toEqual([]);
});

test("the first page has at most 900 words, code and tables included", () => {
  const words = readFileSync(`${root}README.md`, "utf8").split(/\s+/);
  expect(words.filter((word) => word !== "").length).toBeLessThanOrEqual(900);
});

const code = 'import { always } from "switchpoint/policies";\n\nalways(1);';
const wrong = { place: "README.md:10", code, runs: true };

test.skipIf(!isChecked("types"))(
  "every example compiles, and what does not is reported with its line",
  () => {
    expect(checkReadme([...blocks, wrong])).toEqual([
      "README.md:12: Argument of type 'number' is not assignable to parameter of type 'string'.",
    ]);
  },
  300_000,
);

test.each(blocks.filter(({ runs }) => runs))("the example at $place prints what it says", async (block) => {
  for (const { line, expected, printed } of await runReadme(block)) expect(printed, line).toBe(expected);
});

/** Calls in the table cells of `policies/README.md`: `threshold({ … })`. */
const named = [...readFileSync(`${root}policies/README.md`, "utf8").matchAll(/^\|.*\|$/gm)].flatMap(([row]) =>
  [...row.matchAll(/`([a-z][A-Za-z]*)\(/g)].map(([, name]) => name as string),
);

test("the tables of the policies list exactly what exists", () => {
  expect([...new Set(named)].filter((name) => name !== "createRouter").sort()).toEqual(
    Object.keys(policies).sort(),
  );
});
