// First half of the build: the package's JavaScript, in few files. Importing a hundred small modules takes
// four times as long as importing one of the same text. Declarations come from tsc, one a source.
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { rolldown } from "rolldown";
import { minifySync } from "rolldown/utils";

const root = resolve(import.meta.dirname, "..");
const { bin, exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** What the package holds, and the scripts of the checkout, which the package leaves out. */
const doors = [...Object.values(exports), ...Object.values(bin)].flatMap(sourcesOf);
const scripts = filesIn("studies").map((name) => `studies/${name}`);

/** The sources of a door of package.json: `./dist/src/providers/*.js` has one a provider. */
function sourcesOf(target) {
  const [, name] = /^(?:\.\/)?dist\/(.+)\.js$/.exec(target ?? "") ?? [];
  if (name === undefined) return [];
  return name.endsWith("/*") ? filesIn(dirname(name)).map((file) => join(dirname(name), file)) : [name];
}

function filesIn(folder) {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => name.slice(0, -3));
}

const open = (input) =>
  rolldown({
    cwd: root,
    input,
    // Packages stay packages: loaded when they are used.
    external: (id) => !id.startsWith(".") && !id.startsWith("/") && !/^[A-Z]:/.test(id),
    platform: "node",
    treeshake: false,
  });

/** All that importing `switchpoint` brings in. */
async function modulesOfIndex() {
  const bundle = await open("src/index.ts");
  const { output } = await bundle.generate();
  await bundle.close();
  return new Set(output.flatMap(({ modules }) => Object.keys(modules ?? {})));
}

const core = await modulesOfIndex();
const isPart = (id) => /^(policies|src\/(?!testing\/))/.test(relative(root, id).replaceAll(sep, "/"));

/** The doors in one file each, and what they share in `chunks`. */
async function bundled(names, chunks) {
  const bundle = await open(Object.fromEntries(names.map((name) => [name, `${name}.ts`])));
  const { output } = await bundle.generate({
    format: "esm",
    // As it was written, without comments: the line that Node prints above an error nobody caught stays short.
    comments: false,
    // Of use to `node --enable-source-maps` alone: else it is not read.
    sourcemap: "hidden",
    entryFileNames: "[name].js",
    chunkFileNames: `${chunks}/[name].js`,
    // One copy of the contracts whatever doors are used, and one file for all that an application imports.
    codeSplitting: {
      groups: [
        { name: "core", test: (id) => core.has(id), priority: 1 },
        { name: "parts", test: isPart },
      ],
    },
  });
  await bundle.close();
  return output.filter(({ type }) => type === "chunk");
}

/** The same code in ASCII: a file that is ASCII throughout takes half the memory. */
function ascii({ fileName, code, map }) {
  const codegen = { removeWhitespace: false, asciiOnly: true };
  const options = {
    module: true,
    compress: false,
    mangle: false,
    codegen,
    sourcemap: true,
    inputMap: map ?? undefined,
  };
  const escaped = minifySync(fileName, code, options);
  const [error] = escaped.errors;
  if (error !== undefined) throw new Error(`${fileName}: ${error.message}`);
  return escaped;
}

/** The map with the sources in it, but for those that hold data. */
function withSources(map) {
  const sourcesContent = map.sourcesContent.map((content, index) =>
    map.sources[index].endsWith(".generated.ts") ? null : content,
  );
  return JSON.stringify({ ...map, sourcesContent });
}

rmSync(join(root, "dist"), { recursive: true, force: true });
for (const chunk of [...(await bundled(doors, "chunks")), ...(await bundled(scripts, "studies/chunks"))]) {
  const path = join(root, "dist", chunk.fileName);
  const { code, map } = ascii(chunk);
  mkdirSync(dirname(path), { recursive: true });
  // A door that only passes on what chunks hold has no map.
  writeFileSync(path, chunk.map === null ? code : `${code}//# sourceMappingURL=${basename(path)}.map\n`);
  if (chunk.map !== null) writeFileSync(`${path}.map`, withSources(map));
}
chmodSync(join(root, "dist/cli/main.js"), 0o755);
