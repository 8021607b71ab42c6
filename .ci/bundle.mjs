// First half of the build: the package's JavaScript, in few files. Importing a hundred small modules takes
// four times as long as importing one of the same text. Declarations come from tsc, one a source.
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { decode, encode } from "@jridgewell/sourcemap-codec";
import { rolldown } from "rolldown";
import { minifySync } from "rolldown/utils";
import { findsFiles, noticesOf, packageOf } from "./bundled-packages.mjs";
import { inLines } from "./in-lines.mjs";

const root = resolve(import.meta.dirname, "..");
const { bin, dependencies, exports, peerDependencies } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);
/** Packages that are installed next to this one: loaded when they are used. All others are bundled. */
const installed = Object.keys({ ...dependencies, ...peerDependencies });

/** What the package holds, and the scripts of the checkout, which the package leaves out. */
const doors = [...Object.values(exports), ...Object.values(bin)].flatMap(sourcesOf);
const scripts = filesIn("studies").map((name) => `studies/${name}`);

/** The sources of a door of package.json: `./dist/src/router/providers/*.js` has one a provider. */
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

const pathIn = (id) => relative(root, id).replaceAll(sep, "/");

const open = (input, plugins = [findsFiles, runsWhenCalled]) =>
  rolldown({
    cwd: root,
    input,
    external: (id) =>
      id.startsWith("node:") || installed.some((name) => id === name || id.startsWith(`${name}/`)),
    platform: "node",
    // A chunk holds what its group names, and not what that imports besides.
    preserveEntrySignatures: "allow-extension",
    plugins,
  });

/** Modules that stand for all that they import, and run only when the one function that they export is called. */
const within = new Map([["src/plugin/portable-crypto.ts", "portableCrypto"]]);
/** Modules that they consist of: packages among them have licences. */
const withinIds = [];

const runsWhenCalled = {
  name: "runs-when-called",
  async load(id) {
    const exported = within.get(pathIn(id));
    if (exported === undefined) return undefined;
    const bundle = await open(id, [findsFiles]);
    const { output } = await bundle.generate({
      format: "iife",
      name: "made",
      exports: "named",
      minify: true,
      sourcemap: "hidden",
      sourcemapPathTransform: (source, map) => resolve(dirname(map), source),
    });
    await bundle.close();
    const [{ code, map, moduleIds }] = output;
    withinIds.push(...moduleIds);
    return {
      code: `export function ${exported}() {\n${code}\nreturn made.${exported}();\n}`,
      // A line further down.
      map: { ...map, mappings: `;${map.mappings}` },
      moduleType: "js",
    };
  },
};

/** Leaves out what is loaded later. */
const loadsNothingLate = {
  name: "loads-nothing-late",
  resolveDynamicImport: (id) => ({ id: String(id), external: true }),
};

/** All modules that importing these sources brings in, without what is loaded later, and whether they run anything. */
async function modulesOf(input) {
  const bundle = await open(input, [loadsNothingLate, findsFiles, runsWhenCalled]);
  const { output } = await bundle.generate();
  await bundle.close();
  const modules = output.flatMap(({ modules = {} }) => Object.entries(modules));
  return modules.filter(([id]) => packageOf(id) === undefined);
}

const ownModulesOf = async (...input) => new Set((await modulesOf(input)).map(([id]) => id));
const door = "src/index.ts";
/** What runs when the package is imported, or what that calls, and the door itself, which runs nothing. */
const core = new Set(
  (await modulesOf(door)).filter(([id, { code }]) => code || pathIn(id) === door).map(([id]) => id),
);
/** What policies, checks and constraints need beyond that: nearly every application imports them, and few all parts. */
const ofPolicies = await ownModulesOf("policies/index.ts");
/** What the first request loads: the parts of a request, and the default classifier with its weights. */
const ofRequests = await ownModulesOf("src/router/life/request-parts.ts");
/** State that processes share, which few routers have: its door with the stores, and what a router with one loads. */
const ofFleet = await ownModulesOf("src/fleet/index.ts");
const ofShared = await ownModulesOf("src/fleet/shared-parts.ts");
/** What providers, plug-ins and the other wings share with those: they must bring neither weights nor the parts of a request. */
const ofPlugins = await ownModulesOf(
  "src/plugin/index.ts",
  "src/loop/index.ts",
  "src/serve/index.ts",
  "src/serve/clients/index.ts",
  "src/router/pools/index.ts",
  ...doors.filter((name) => name.startsWith("src/router/providers/")),
);
const isHelper = (id) =>
  (ofPlugins.has(id) || (ofPolicies.has(id) && ofRequests.has(id))) &&
  /^src\/(?:plugin|contracts)\//.test(pathIn(id));
const ofDefault = await ownModulesOf("src/router/classifiers/complexity.ts");
const ofClassifiers = await ownModulesOf("src/router/classifiers/index.ts");
/** The other wings, one chunk each, and what they share: to import one of them must not read the others. */
const wings = [
  ["pools", /^src\/router\/pools\//],
  // A page shows states of the loop, and needs no more of it.
  ["states", /^src\/loop\/states\//],
  ["loop", /^src\/loop\//],
  // The page is loaded when someone opens it, and the server of Node when it is started.
  [
    "serve",
    /^src\/serve\/(?!clients\/|page\/|http\/(?:generate|responses|messages)\/|http\/unpacked\.|http\/server\/(?!keys\.|serve\.))/,
  ],
  // Loaded when a client of Google's, of Anthropic's, or of Responses, comes.
  ["generate", /^src\/serve\/http\/generate\//],
  ["responses", /^src\/serve\/http\/responses\//],
  ["messages", /^src\/serve\/http\/messages\//],
  ["clients", /^src\/serve\/clients\/(?!langchain\/)/],
];

/** Files by which a platform obtains credentials: packages for Node alone, which no other provider may bring in. */
const families = [
  ["vertex", /^(?:vertex|google-token)\b/],
  ["aws", /^(?:aws-|bedrock|sagemaker)/],
  ["azure", /^(?:azure|entra-id)\b/],
  ["anthropic", /^anthropic/],
  ["google", /^google/],
];

/** Providers, which an application loads when it uses one: one chunk a family, and one for what they share. */
function providersOf(id) {
  const name = pathIn(id).replace(/^src\/router\/providers\/(?:internal\/)?/, "");
  const [family] = families.find(([, files]) => files.test(name)) ?? [];
  return family === undefined ? "providers" : `providers-${family}`;
}
const isProvider = (id) => pathIn(id).startsWith("src/router/providers/");

/** One chunk a package, but one for packages that are only used together, and one for each encoding. */
function chunkOf(id) {
  const { name } = packageOf(id);
  if (name.startsWith("@stdlib/") || name === "debug" || name === "ms") return "stdlib";
  if (/[/\\]tiktoken[/\\]encoders[/\\]/.test(id)) return basename(id).replace(/\.c?js$/, "");
  return name.replace("@", "");
}

/** The doors in one file each, and what they share in `chunks`. */
async function bundled(names, chunks) {
  const bundle = await open(Object.fromEntries(names.map((name) => [name, `${name}.ts`])));
  const { output } = await bundle.generate({
    format: "esm",
    // In lines, without comments: the line that Node prints above an error nobody caught stays short.
    comments: false,
    // Of use to `node --enable-source-maps` alone: else it is not read.
    sourcemap: "hidden",
    entryFileNames: "[name].js",
    chunkFileNames: `${chunks}/[name].js`,
    // One copy of the contracts whatever doors are used, and one file for all that an application imports.
    codeSplitting: {
      groups: [
        // Without what its modules import for functions that are called later, by other chunks.
        {
          name: "core",
          test: (id) => core.has(id),
          priority: 2,
          includeDependenciesRecursively: false,
        },
        { name: "helpers", test: isHelper, priority: 1 },
        { name: "requests", test: (id) => ofRequests.has(id), priority: 1 },
        { name: "fleet", test: (id) => ofFleet.has(id), priority: 1 },
        { name: "shared", test: (id) => ofShared.has(id), priority: 1 },
        { name: "encoder", test: (id) => pathIn(id) === "src/router/cost/create-encoder.ts", priority: 1 },
        { name: "policies", test: (id) => ofPolicies.has(id), priority: 1 },
        { name: "complexity", test: (id) => ofDefault.has(id), priority: 1 },
        { name: "classifiers", test: (id) => ofClassifiers.has(id), priority: 1 },
        { name: providersOf, test: isProvider, debugName: "providers" },
        ...wings.map(([name, files]) => ({ name, test: (id) => files.test(pathIn(id)) })),
        {
          name: (id) => `packages/${chunkOf(id)}`,
          test: (id) => packageOf(id) !== undefined,
          debugName: "packages",
        },
      ],
    },
  });
  await bundle.close();
  const coreImports = output.find(({ name }) => name === "core")?.imports ?? [];
  // Else a module of the core imports one that is loaded later: it would be read at once, and before what it needs.
  if (coreImports.length > 0) throw new Error(`the core chunk imports ${coreImports.join(", ")}`);
  return output.filter(({ type }) => type === "chunk");
}

/**
 * The bundler's own chunk, in which packages find Node's modules at run time: nothing may be imported for it when
 * the package is, since Workers and edge functions have no `createRequire`.
 */
function withoutRequire(chunk) {
  const code = chunk.code
    .replace(/^import \{ createRequire \} from "node:module";$/m, "")
    // It throws what is no module of Node: packages try others, and go on without them.
    .replace(
      "(() => createRequire(import.meta.url))()",
      "(id) => { const found = process.getBuiltinModule(id); if (found) return found; throw new Error(id); }",
    );
  if (code.includes("createRequire")) throw new Error(`${chunk.fileName} still looks for createRequire`);
  return { ...chunk, code };
}

/**
 * The same code in ASCII: a file that is ASCII throughout takes half the memory. Other people's is made small. Ours keeps
 * lines and the names of functions, which errors show; short names of variables and private members make it an eighth cheaper to
 * import, and no other white space than the ends of lines a twenty-fifth.
 */
function ascii({ fileName, code, map, moduleIds }) {
  const isOurs = moduleIds.some((id) => packageOf(id) === undefined);
  // The command prints no places of its own code: 0.7 MB that every application would install.
  const isOfCommand = moduleIds.some((id) => pathIn(id).startsWith("cli/"));
  const codegen = { removeWhitespace: true, asciiOnly: true };
  const mangle = isOurs && { toplevel: false, keepNames: true };
  const options = { module: true, compress: false, mangle, codegen };
  const wanted = isOurs && !isOfCommand && map !== null && map.sources.length > 0;
  const escaped = minifySync(
    fileName,
    code,
    wanted ? { ...options, sourcemap: true, inputMap: map } : { ...options, sourcemap: false },
  );
  const [error] = escaped.errors;
  if (error !== undefined) throw new Error(`${fileName}: ${error.message}`);
  const { map: made } = escaped;
  return isOurs ? inLines({ code: escaped.code, map: wanted ? made : undefined }) : { code: escaped.code };
}

/**
 * The map with the sources in it, but for those that hold data. Lines that are comments alone are empty there: half a
 * megabyte that every application would install. The names that variables had are left out, another quarter: functions keep theirs.
 */
function withSources(map) {
  const mappings = encode(decode(map.mappings).map((line) => line.map((segment) => segment.slice(0, 4))));
  const sourcesContent = map.sourcesContent.map((content, index) =>
    map.sources[index].endsWith(".generated.ts")
      ? null
      : content.replace(/^[ \t]*(?:\/\*\*|\*|\/\/).*$/gm, ""),
  );
  return JSON.stringify({ ...map, mappings, names: [], sourcesContent });
}

rmSync(join(root, "dist"), { recursive: true, force: true });
const packaged = await bundled(doors, "chunks");
for (const chunk of [...packaged, ...(await bundled(scripts, "studies/chunks"))]) {
  const path = join(root, "dist", chunk.fileName);
  const { code, map } = ascii(chunk.name === "rolldown-runtime" ? withoutRequire(chunk) : chunk);
  mkdirSync(dirname(path), { recursive: true });
  // A door that only passes on what chunks hold has no map, and neither have packages.
  writeFileSync(path, map === undefined ? code : `${code}//# sourceMappingURL=${basename(path)}.map\n`);
  if (map !== undefined) writeFileSync(`${path}.map`, withSources(map));
}
writeFileSync(
  join(root, "dist/THIRD-PARTY-NOTICES"),
  noticesOf([...packaged.flatMap(({ moduleIds }) => moduleIds), ...withinIds]),
);
chmodSync(join(root, "dist/cli/main.js"), 0o755);
