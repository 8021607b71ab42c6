// Second half of the build: what tsc emitted, in few files. Importing a hundred small modules takes
// four times as long as importing one of the same text. Declarations stay as tsc wrote them.
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { rolldown } from "rolldown";

/** What the package holds, and the scripts of the checkout, which the package leaves out. */
const doors = [
  "src/index",
  "src/plugin/index",
  "src/classifiers/index",
  "src/testing/index",
  "cli/main",
  "policies/index",
  "policies/constraints/index",
  "policies/checks/index",
  "evals/index",
  "evals/scorers/index",
  "evals/metrics/index",
  "evals/monitor/off-policy/index",
  ...filesIn("dist/src/providers").map((name) => `src/providers/${name}`),
];
const scripts = filesIn("dist/studies").map((name) => `studies/${name}`);

function filesIn(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".js"))
    .map((name) => name.slice(0, -3));
}

const open = (input) =>
  rolldown({
    input,
    // Packages stay packages: loaded when they are used.
    external: (id) => !id.startsWith(".") && !id.startsWith("/") && !/^[A-Z]:/.test(id),
    platform: "node",
    treeshake: false,
  });

/** All that importing `switchpoint` brings in. */
async function modulesOfIndex() {
  const bundle = await open("dist/src/index.js");
  const { output } = await bundle.generate();
  await bundle.close();
  return new Set(output.flatMap(({ modules }) => Object.keys(modules ?? {})));
}

const core = await modulesOfIndex();

/** The doors in one file each, and what they share in `chunks`. */
async function bundled(names, chunks) {
  const bundle = await open(Object.fromEntries(names.map((door) => [door, `dist/${door}.js`])));
  const { output } = await bundle.generate({
    format: "esm",
    // As it was written, without comments: the line that Node prints above an error nobody caught stays short.
    comments: false,
    entryFileNames: "[name].js",
    chunkFileNames: `${chunks}/[name].js`,
    // One copy of the contracts whatever doors are used, and one file for all that an application imports.
    codeSplitting: {
      groups: [
        { name: "core", test: (id) => core.has(id), priority: 1 },
        { name: "parts", test: /dist\/(policies|src\/(?!testing))/ },
      ],
    },
  });
  await bundle.close();
  return output;
}

const output = [...(await bundled(doors, "chunks")), ...(await bundled(scripts, "studies/chunks"))];
// Outside of literals the code is ASCII. Within them escapes mean the same, and a file that is ASCII
// throughout takes half the memory.
const ascii = (code) =>
  code.replace(/[^ -~\n\t]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
const kept = new Map(output.map(({ fileName, code }) => [fileName, ascii(code)]));
for (const name of readdirSync("dist", { recursive: true })) {
  if (name.endsWith(".js") && !kept.has(name)) rmSync(`dist/${name}`);
}
for (const [name, code] of kept) {
  mkdirSync(dirname(`dist/${name}`), { recursive: true });
  writeFileSync(`dist/${name}`, code);
}
chmodSync("dist/cli/main.js", 0o755);
