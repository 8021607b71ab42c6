// Bundles and runs a tiny application in each place that `import "switchpoint"` must work in, with all SDKs and
// without any. Needs the build, and a registry for the tools, which are too large for `npm ci`; a place whose tools
// cannot be installed is skipped, with the reason. Arguments: parts of names of places; none = all.
import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { places } from "./places.mjs";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");
/** Tools stay there for the next time; the applications lie within, so that they find them. */
const tools = join(tmpdir(), `switchpoint-runtimes-${process.getuid?.() ?? "user"}`);
const { devDependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const sdks = ["openai", "@anthropic-ai/sdk", "@google/genai"].map(
  (name) => `${name}@${devDependencies[name]}`,
);

const install = (folder, packages) =>
  run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", ...packages], {
    cwd: folder,
    timeout: 300_000,
  });

async function emptyProject(folder) {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "name": "app", "private": true }');
}

/** What an application finds with all SDKs, and without. */
const expected = {
  with: { openai: /^from openai$/, anthropic: /^from anthropic$/, google: /^from google$/ },
  without: {
    // Chat completions are sent without the SDK.
    openai: /^from openai$/,
    anthropic: /^missing-dependency: .*npm install @anthropic-ai\/sdk$/,
    google: /^missing-dependency: .*npm install @google\/genai$/,
  },
};

/** Returns what is wrong with a result; the one of Node is the measure. */
function problemsOf(found, inNode, mix) {
  const wrong = Object.entries(expected[mix]).flatMap(([name, pattern]) =>
    pattern.test(found[name]) ? [] : [`${name}: ${found[name]}`],
  );
  for (const name of ["text", "streamed", "checked", "near", "hard", "policy", "served"])
    if (found[name] !== inNode[name]) wrong.push(`${name}: ${found[name]} and not ${inNode[name]}`);
  return wrong;
}

const wanted = process.argv.slice(2).map((part) => part.toLowerCase());
const chosen = Object.entries(places).filter(
  ([name]) => wanted.length === 0 || wanted.some((part) => name.toLowerCase().includes(part)),
);
await emptyProject(tools);
const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", tools], {
  cwd: root,
});
const tarball = join(tools, stdout.trim().split("\n").at(-1));
const folders = { with: join(tools, "with"), without: join(tools, "without") };
const inNode = {};
for (const [mix, folder] of Object.entries(folders)) {
  await rm(folder, { recursive: true, force: true });
  await emptyProject(folder);
  try {
    // `openai` is a required peer: npm installs it, and it is taken away again.
    await install(folder, [tarball, ...(mix === "with" ? sdks : [])]);
  } catch (error) {
    console.log(
      `skipped: the packages cannot be installed (${String(error.stderr ?? error)
        .slice(0, 300)
        .trim()})`,
    );
    process.exit(0);
  }
  if (mix === "without") await rm(join(folder, "node_modules/openai"), { recursive: true });
  await cp(join(import.meta.dirname, "app.mjs"), join(folder, "app.mjs"));
  const main = 'import { run } from "./app.mjs";\nconsole.log(JSON.stringify(await run()));\n';
  await writeFile(join(folder, "main.mjs"), main);
  inNode[mix] = JSON.parse((await run(process.execPath, ["main.mjs"], { cwd: folder })).stdout);
}

let failed = false;
for (const [name, { packages, build }] of chosen) {
  try {
    await install(tools, packages);
  } catch (error) {
    console.log(
      `${name}: skipped, ${packages.join(" ")} cannot be installed (${String(error.stderr).slice(0, 200).trim()})`,
    );
    continue;
  }
  for (const [mix, folder] of Object.entries(folders)) {
    const start = performance.now();
    let wrong;
    try {
      wrong = (await build(folder, tools, { mix })).flatMap((found) => problemsOf(found, inNode[mix], mix));
    } catch (error) {
      wrong = [String(error.stderr || error.stdout || error.stack).slice(-1_500)];
    }
    const seconds = Math.round((performance.now() - start) / 1_000);
    console.log(`${name}, ${mix} SDKs: ${wrong.length === 0 ? "works" : wrong.join("; ")} (${seconds} s)`);
    failed ||= wrong.length > 0;
  }
}
process.exitCode = failed ? 1 : 0;
