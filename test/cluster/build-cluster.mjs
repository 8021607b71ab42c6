/**
 * Builds the API server of Kubernetes and etcd from the Go module proxy into the cache folder, once:
 * `npm run check:kubernetes -- --install`. Needs Go 1.26; takes half an hour of two cores that others use too.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const versions = JSON.parse(readFileSync(new URL("versions.json", import.meta.url), "utf8"));
const cache = process.env.SWITCHPOINT_ENGINES ?? join(homedir(), ".cache", "switchpoint-engines");

/** Folder of the programs of a cluster, by the version of Kubernetes. */
export const clusterFolder = join(cache, `kubernetes-${versions.kubernetes}`);

const programs = ["kube-apiserver", "etcd"];
/** Resource definitions of KEDA, which its module has. */
const definitions = ["scaledobjects", "triggerauthentications"].map((name) => `keda.sh_${name}.yaml`);

export function isBuilt() {
  return [...programs, ...definitions].every(isThere);
}

function isThere(name) {
  return existsSync(join(clusterFolder, name));
}

/** Builds what is not there yet, and prints size and time. Throws an error that says what failed. */
export function buildCluster() {
  if (isBuilt()) return;
  const startedAt = Date.now();
  if (!definitions.every(isThere)) copyDefinitions();
  if (!isThere("etcd")) buildEtcd();
  if (!isThere("kube-apiserver")) buildApiServer();
  for (const name of programs)
    console.log(
      `${name} ${versions[name] ?? versions.kubernetes}: ${Math.round(statSync(join(clusterFolder, name)).size / 1e6)} MB`,
    );
  rmSync(join(clusterFolder, "build"), { recursive: true, force: true });
  console.log(`built in ${Math.round((Date.now() - startedAt) / 1000)} s, in ${clusterFolder}`);
}

function copyDefinitions() {
  const folder = folderOf("keda");
  const { Dir } = download(folder, `github.com/kedacore/keda/v2@${versions.keda}`);
  for (const name of definitions)
    writeFileSync(join(clusterFolder, name), readFileSync(join(Dir, "config/crd/bases", name)));
  rmSync(folder, { recursive: true });
}

function buildApiServer() {
  const folder = folderOf("kube-apiserver");
  writeFileSync(join(folder, "go.mod"), goModOfApiServer(folder));
  build(folder, "k8s.io/kubernetes/cmd/kube-apiserver", "kube-apiserver", versionFlags());
}

function buildEtcd() {
  const folder = folderOf("etcd");
  const required = `go.etcd.io/etcd/server/v3 ${versions.etcd}`;
  writeFileSync(
    join(folder, "go.mod"),
    `module switchpoint.example/etcd\n\ngo 1.26.0\n\nrequire ${required}\n`,
  );
  writeFileSync(join(folder, "main.go"), mainOfEtcd);
  build(folder, ".", "etcd");
}

/** The main package of etcd lies in a module that cannot be required: its parts are replaced by folders. */
const mainOfEtcd = `package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
`;

function folderOf(program) {
  const folder = join(clusterFolder, "build", program);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Published, the module has its parts in folders beside it; here each is a module of its own, of the same version. */
function goModOfApiServer(folder) {
  const { GoMod } = download(folder, `k8s.io/kubernetes@${versions.kubernetes}`);
  const { Replace } = JSON.parse(run(folder, ["mod", "edit", "-json", GoMod]));
  // They have the minor and patch of the whole, with major 0.
  const partVersion = versions.kubernetes.replace(/^v1\./, "v0.");
  const parts = Replace.filter(({ New }) => New.Path.startsWith("./staging/")).map(({ Old }) => Old.Path);
  const replaced = parts.map((part) => `\t${part} => ${part} ${partVersion}`);
  return [
    "module switchpoint.example/kube-apiserver",
    "go 1.26.0",
    `require k8s.io/kubernetes ${versions.kubernetes}`,
    `replace (\n${replaced.join("\n")}\n)`,
    "",
  ].join("\n\n");
}

/** Without them the server says v0.0.0, and refuses what it takes for newer than itself. */
function versionFlags() {
  const [major, minor] = versions.kubernetes.slice(1).split(".");
  const values = { gitVersion: versions.kubernetes, gitMajor: major, gitMinor: minor };
  return Object.entries(values).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
}

/** Returns where a module lies after its download. */
function download(folder, module) {
  writeFileSync(join(folder, "go.mod"), "module switchpoint.example/none\n");
  return JSON.parse(run(folder, ["mod", "download", "-json", module]));
}

function build(folder, source, name, flags = []) {
  const made = join(folder, name);
  const linking = ["-s", "-w", ...flags].join(" ");
  run(folder, ["build", "-p", "2", "-mod=mod", "-trimpath", "-ldflags", linking, "-o", made, source], "nice");
  // Last, and whole: a build that was cut leaves no program that cannot run.
  renameSync(made, join(clusterFolder, name));
  rmSync(folder, { recursive: true });
}

function run(cwd, args, kind = "plain") {
  const [program, all] = kind === "nice" ? ["nice", ["-n", "10", "go", ...args]] : ["go", args];
  const { status, stdout, stderr, error } = spawnSync(program, all, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, GOFLAGS: "-mod=mod", GOWORK: "off", CGO_ENABLED: "0" },
    maxBuffer: 2 ** 26,
  });
  if (error !== undefined) throw new Error(`go cannot be started (${error.code}): install Go 1.26`);
  if (status !== 0) throw new Error(`go ${args.join(" ")} failed:\n${stderr.slice(-4_000)}`);
  return stdout;
}
