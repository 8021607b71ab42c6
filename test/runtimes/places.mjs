// The places that an application is bundled for or runs in. Each returns what `run()` of app.mjs found there, one
// result for each way of building it. Packages come from a folder that check-runtimes.mjs fills.
import { execFile, spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const load = (tools, path) => import(pathToFileURL(join(tools, "node_modules", path)).href);
const running = async (program, args, cwd) =>
  JSON.parse((await run(program, args, { cwd, timeout: 120_000 })).stdout.trim().split("\n").at(-1));

/** Loads the program of a platform's package: the install scripts that would link it are not run. */
function programOf(tools, scope, file) {
  const home = join(tools, "node_modules", scope);
  for (const name of readdirSync(home)) {
    if (readdirSync(join(home, name), { recursive: true }).includes(file)) return join(home, name, file);
  }
  throw new Error(`no ${file} for this platform in ${scope}`);
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Runs a server until `ask` has its answers. */
async function serving(program, args, cwd, ask) {
  const server = spawn(program, args, { cwd, env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" } });
  let said = "";
  for (const stream of [server.stdout, server.stderr])
    stream.on("data", (text) => {
      said = (said + text).slice(-2_000);
    });
  try {
    for (let tries = 0; ; tries += 1) {
      try {
        return await ask();
      } catch (error) {
        if (tries === 120 || server.exitCode !== null) throw new Error(`${error}\n${said}`);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  } finally {
    server.kill();
  }
}

async function answerOf(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${(await response.text()).slice(0, 500)}`);
  return response.json();
}

async function withEsbuild(folder, tools) {
  const { build } = await load(tools, "esbuild/lib/main.js");
  const found = [];
  for (const platform of ["node", "browser"]) {
    const outfile = join(folder, `esbuild-${platform}.mjs`);
    const entryPoints = [join(folder, "main.mjs")];
    // SDKs of several makers require Node's modules, which ES modules of esbuild cannot without this.
    const js = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
    const banner = platform === "node" ? { js } : {};
    await build({ entryPoints, outfile, bundle: true, format: "esm", platform, banner, logLevel: "error" });
    found.push(await running(process.execPath, [outfile], folder));
  }
  return found;
}

async function withWebpack(folder, tools) {
  const { default: webpack } = await load(tools, "webpack/lib/index.js");
  const found = [];
  for (const target of ["node", "webworker"]) {
    const path = join(folder, `webpack-${target}`);
    const stats = await promisify(webpack)({
      mode: "production",
      target,
      entry: join(folder, "main.mjs"),
      experiments: { outputModule: true },
      output: { path, filename: "main.mjs", module: true, chunkFormat: "module" },
      // It takes minutes, and what is not found is told before.
      optimization: { minimize: false },
      performance: false,
    });
    const { errors } = stats.toJson({ all: false, errors: true });
    if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join("\n"));
    found.push(await running(process.execPath, [join(path, "main.mjs")], folder));
  }
  return found;
}

async function withVite(folder, tools) {
  const { build } = await load(tools, "vite/dist/node/index.js");
  const found = [];
  for (const [name, ssr] of Object.entries({ outside: {}, inside: { noExternal: true } })) {
    const outDir = join(folder, `vite-${name}`);
    const options = { ssr: "main.mjs", outDir, target: "esnext" };
    await build({ root: folder, configFile: false, logLevel: "error", ssr, build: options });
    const [main] = readdirSync(outDir).filter((file) => /^main\.m?js$/.test(file));
    found.push(await running(process.execPath, [join(outDir, main)], folder));
  }
  return found;
}

const route = (more) => `import { run } from "../../app.mjs";
${more}
export const GET = async () => Response.json(await run());
`;

async function withNext(folder, tools, { mix }) {
  for (const [name, more] of [
    ["node", 'export const dynamic = "force-dynamic";'],
    ["edge", 'export const runtime = "edge";'],
  ]) {
    await mkdir(join(folder, "app", name), { recursive: true });
    await writeFile(join(folder, "app", name, "route.js"), route(more));
  }
  await writeFile(
    join(folder, "app/layout.jsx"),
    "export default ({ children }) => <html lang='en'><body>{children}</body></html>;\n",
  );
  const settings = { turbopack: { root: tools }, outputFileTracingRoot: tools };
  await writeFile(join(folder, "next.config.mjs"), `export default ${JSON.stringify(settings)};\n`);
  await rm(join(folder, ".next"), { recursive: true, force: true });
  const next = join(tools, "node_modules/next/dist/bin/next");
  // A build takes long: one bundler a mix of packages.
  const bundler = mix === "without" ? [] : ["--webpack"];
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1" };
  await run(process.execPath, [next, "build", ...bundler], { cwd: folder, env, timeout: 1_200_000 });
  const port = await freePort();
  const args = [next, "start", "-H", "127.0.0.1", "-p", String(port)];
  return serving(process.execPath, args, folder, async () => [
    await answerOf(`http://127.0.0.1:${port}/node`),
    await answerOf(`http://127.0.0.1:${port}/edge`),
  ]);
}

async function inWorkerd(folder, tools) {
  const { build } = await load(tools, "esbuild/lib/main.js");
  await writeFile(
    join(folder, "worker.mjs"),
    'import { run } from "./app.mjs";\nexport default { fetch: async () => Response.json(await run()) };\n',
  );
  await build({
    entryPoints: [join(folder, "worker.mjs")],
    outfile: join(folder, "worker.out.mjs"),
    bundle: true,
    format: "esm",
    platform: "browser",
    conditions: ["workerd", "worker", "browser"],
    logLevel: "error",
  });
  const program = programOf(tools, "@cloudflare", "bin/workerd");
  const found = [];
  for (const flags of ["", '"nodejs_compat"']) {
    const port = await freePort();
    const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .own)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const own :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.out.mjs")],
  compatibilityDate = "2026-01-01",
  compatibilityFlags = [${flags}]
);
`;
    await writeFile(join(folder, "config.capnp"), config);
    const ask = async () => answerOf(`http://127.0.0.1:${port}/`);
    found.push(await serving(program, ["serve", "config.capnp"], folder, ask));
  }
  return found;
}

const inBun = async (folder, tools) => [
  await running(programOf(tools, "@oven", "bin/bun"), ["main.mjs"], folder),
];

const inDeno = async (folder, tools) => {
  // The packages are those of the folder, and nothing is fetched.
  const args = ["run", "-A", "--no-remote", "--node-modules-dir=manual", "main.mjs"];
  return [await running(programOf(tools, "@deno", "deno"), args, folder)];
};

/** Packages with versions, and how to build and run there. */
export const places = {
  esbuild: { packages: ["esbuild@0.28.2"], build: withEsbuild },
  "webpack 5": { packages: ["webpack@5.113.0"], build: withWebpack },
  "Vite SSR": { packages: ["vite@8.3.8"], build: withVite },
  "Workers (workerd)": { packages: ["esbuild@0.28.2", "workerd@1.20261117.1"], build: inWorkerd },
  Bun: { packages: ["bun@1.4.5"], build: inBun },
  Deno: { packages: ["deno@2.9.6"], build: inDeno },
  "Next 16, Node and edge": {
    packages: ["next@16.4.6", "react@19.3.1", "react-dom@19.3.1"],
    build: withNext,
  },
};
