import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { contradictions, findOptionTables, optionReference } from "../support/option-tables.ts";
import { root } from "../support/package-sources.ts";

const tables = await findOptionTables();

it("docs/options.md is what npm run options generates", async () => {
  await expect(optionReference(tables)).toMatchFileSnapshot("../../docs/options.md");
});

it("documents state the defaults and ranges of the tables", () => {
  expect(tables.flatMap(contradictions)).toEqual([]);
});

it("each table of options is tried by optionConformance, alone or as part of another one", () => {
  const tests = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith("options.test.ts"))
    .map((file) => readFileSync(join(root, "test", file), "utf8"))
    .join("\n");
  const others = tables.flatMap(({ file }) => readFileSync(join(root, file), "utf8")).join("\n");
  const forgotten = tables.filter(
    ({ name }) => !tests.includes(`table: ${name},`) && !others.includes(`...${name},`),
  );
  expect(forgotten.map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
});
