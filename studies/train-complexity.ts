/**
 * Trains the shipped classifiers and writes their generated files; run it from the root of the project, with
 * the data sets in SWITCHPOINT_DATA (default ../shared/data): `npm run train`.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { trainClassifiers } from "./training/train-classifiers.ts";

const folder = join("src", "classifiers");
const files = await trainClassifiers(process.env["SWITCHPOINT_DATA"] ?? join("..", "shared", "data"));
for (const [name, source] of Object.entries(files)) {
  const path = join(folder, name);
  await writeFile(path, source);
  console.log(`${path}: ${source.length} bytes`);
}
