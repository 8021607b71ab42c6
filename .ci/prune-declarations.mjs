// Last part of the build: removes declarations that no door of the package leads to. Nobody can import them.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const all = readdirSync(join(root, "dist"), { recursive: true })
  .filter((name) => name.endsWith(".d.ts"))
  .map((name) => join("dist", name));

/** The declarations of a door: `./dist/src/router/providers/*.js` has one a provider. */
function declarationsOf(target) {
  const [head, tail] = (target ?? "").replace("./", "").replace(/\.js$/, ".d.ts").split("*");
  if (tail === undefined) return all.filter((name) => name === head);
  return all.filter((name) => dirname(name) === dirname(`${head}x`) && name.endsWith(tail));
}

const reached = new Set(Object.values(exports).flatMap(declarationsOf));
for (const file of reached)
  for (const [, target] of readFileSync(join(root, file), "utf8").matchAll(
    /(?:\bfrom|\bimport|\bimport\()\s*["'](\.[^"'\n]+)["']/g,
  ))
    reached.add(join(dirname(file), target.replace(/\.[jt]s$/, ".d.ts")));
for (const file of all) if (!reached.has(file)) rmSync(join(root, file));
