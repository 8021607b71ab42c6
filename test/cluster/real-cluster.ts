import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { certificate, certificateKey } from "../fixtures/loopback-certificate.ts";

export const versions = JSON.parse(
  readFileSync(new URL("versions.json", import.meta.url), "utf8"),
) as Readonly<Record<"kubernetes" | "etcd" | "keda", string>>;
const cache = process.env["SWITCHPOINT_ENGINES"] ?? join(homedir(), ".cache", "switchpoint-engines");
/** Folder of the programs and of KEDA's resource definitions, as `build-cluster.mjs` leaves them. */
export const clusterFolder: string = join(cache, `kubernetes-${versions.kubernetes}`);

/** True if the programs are there; says what to run if they are not. */
export function hasCluster(): boolean {
  const isThere = ["kube-apiserver", "etcd"].every((name) => existsSync(join(clusterFolder, name)));
  if (!isThere) console.log("skipped: no API server is built: npm run check:kubernetes -- --install");
  return isThere;
}

/** An object of the API, as far as a test reads it. */
export interface ApiObject {
  readonly kind?: string;
  readonly code?: number;
  readonly message?: string;
  readonly metadata?: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly status?: {
    readonly token?: string;
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
  readonly items?: readonly ApiObject[];
}

export interface Answer {
  readonly status: number;
  readonly body: ApiObject;
}

/** A request that the audit log has: a watch when it begins, and again when it ends. */
export interface Noted {
  readonly uri: string;
  readonly isOver: boolean;
}

/** A real API server with a real etcd, in a folder of its own, which only this machine reaches. */
export interface RealCluster {
  /** Address of the API server. */
  readonly url: string;
  readonly caFile: string;
  /** Token of an administrator. */
  readonly tokenFile: string;
  readonly folder: string;
  /** Sends a request as an administrator. Rejects if the server is not there. */
  ask(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: object): Promise<Answer>;
  /** Sends a request that must succeed, and returns the object. */
  done(...given: Parameters<RealCluster["ask"]>): Promise<ApiObject>;
  /** Ends the API server by SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again, and waits until it is ready. */
  restart(): Promise<void>;
  /** Writes a key of no meaning, and has etcd forget all before. */
  compact(): Promise<void>;
  /** Returns the requests of a user that the audit log has. */
  requestsOf(user: string): readonly Noted[];
  close(): Promise<void>;
}

/** Longest time until a program answers, in milliseconds: others may keep the machine busy. */
const startMs = 300_000;
const admin = "token-of-the-administrator";

export async function startCluster(): Promise<RealCluster> {
  const folder = mkdtempSync(join(tmpdir(), "real-cluster-"));
  const at = (name: string) => join(folder, name);
  writeFiles(at);
  const [port, clients, peers] = [await freePort(), await freePort(), await freePort()];
  const url = `https://127.0.0.1:${port}`;
  const caFile = at("ca.crt");
  const store = `http://127.0.0.1:${clients}`;
  const peer = `http://127.0.0.1:${peers}`;
  const etcd = start(at, "etcd", [
    `--data-dir=${at("etcd")}`,
    `--listen-client-urls=${store}`,
    `--advertise-client-urls=${store}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    "--unsafe-no-fsync",
    "--log-level=error",
  ]);
  const startApi = () =>
    start(at, "kube-apiserver", [
      `--etcd-servers=${store}`,
      `--secure-port=${port}`,
      "--bind-address=127.0.0.1",
      "--advertise-address=127.0.0.1",
      "--endpoint-reconciler-type=none",
      `--tls-cert-file=${caFile}`,
      `--tls-private-key-file=${at("ca.key")}`,
      `--cert-dir=${folder}`,
      "--authorization-mode=RBAC",
      `--token-auth-file=${at("tokens.csv")}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${at("sa.pub")}`,
      `--service-account-signing-key-file=${at("sa.key")}`,
      "--service-cluster-ip-range=10.96.0.0/16",
      // No controller makes the default account of a namespace, without which it admits no pod.
      "--disable-admission-plugins=ServiceAccount",
      `--audit-policy-file=${at("audit.json")}`,
      `--audit-log-path=${at("audit.log")}`,
      "--audit-log-mode=blocking-strict",
      "--v=0",
    ]);
  let api = startApi();
  const ask: RealCluster["ask"] = (method, path, body) => askApi(url, method, path, body);
  const ready = () =>
    answers(
      async () => (await ask("GET", "/readyz")).status === 200,
      () => api.program.exitCode ?? undefined,
      at,
    );
  const cluster: RealCluster = {
    url,
    caFile,
    tokenFile: at("token"),
    folder,
    ask,
    async done(...given) {
      const { status, body } = await ask(...given);
      if (status < 300) return body;
      throw new Error(`${given[0]} ${given[1]}: status ${status}: ${body.message}`);
    },
    async kill() {
      const { program, ended } = api;
      program.kill("SIGKILL");
      await ended;
    },
    async restart() {
      api = startApi();
      await ready();
    },
    async compact() {
      const post = async (path: string, body: object) => {
        const answer = await fetch(`${store}/v3/kv/${path}`, { method: "POST", body: JSON.stringify(body) });
        if (!answer.ok) throw new Error(`etcd ${path}: status ${answer.status}`);
        return (await answer.json()) as { readonly header: { readonly revision: string } };
      };
      const { header } = await post("put", { key: "bm9uZQ==", value: "bm9uZQ==" });
      await post("compaction", { revision: header.revision, physical: true });
    },
    requestsOf: (user) => notedOf(at("audit.log"), user),
    async close() {
      for (const { program, ended } of [api, etcd]) {
        program.kill("SIGKILL");
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await ready();
    return cluster;
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

function writeFiles(at: (name: string) => string): void {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2_048,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const rules = [
    { level: "Metadata", resources: [{ group: "discovery.k8s.io" }], omitStages: ["RequestReceived"] },
    { level: "None" },
  ];
  const policy = { apiVersion: "audit.k8s.io/v1", kind: "Policy", rules };
  const files = {
    "ca.crt": certificate,
    "ca.key": certificateKey,
    "sa.key": privateKey,
    "sa.pub": publicKey,
    "tokens.csv": `${admin},admin,1,"system:masters"\n`,
    "audit.json": JSON.stringify(policy),
    "audit.log": "",
    token: admin,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text, { mode: 0o600 });
}

function start(at: (name: string) => string, name: string, args: readonly string[]) {
  const program: ChildProcess = spawn(join(clusterFolder, name), args, {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  program.stderr?.setEncoding("utf8").on("data", (piece: string) => {
    said = `${said}${piece}`.slice(-4_000);
    writeFileSync(at(`${name}.txt`), said);
  });
  return { program, ended: once(program, "exit") };
}

async function answers(
  isReady: () => Promise<boolean>,
  exitCode: () => number | undefined,
  at: (name: string) => string,
): Promise<void> {
  for (let leftMs = startMs; leftMs > 0; leftMs -= 250) {
    if (await isReady().catch(() => false)) return;
    if (exitCode() !== undefined) break;
    await sleep(250);
  }
  const file = at("kube-apiserver.txt");
  throw new Error(
    `the API server does not start: ${existsSync(file) ? readFileSync(file, "utf8") : "no word"}`,
  );
}

function askApi(url: string, method: string, path: string, body: object | undefined): Promise<Answer> {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const headers = { authorization: `Bearer ${admin}`, "content-type": type };
  return new Promise((resolve, reject) => {
    const call = request(`${url}${path}`, { method, headers, ca: certificate, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      response.on("error", reject);
      response.on("end", () => {
        const isJson = response.headers["content-type"]?.includes("json");
        resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : {} });
      });
    });
    call.on("error", reject).end(body && JSON.stringify(body));
  });
}

function notedOf(file: string, user: string): readonly Noted[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => {
      if (!line.endsWith("}")) return [];
      const noted = JSON.parse(line) as {
        readonly user: { readonly username: string };
        readonly requestURI: string;
        readonly stage: string;
      };
      if (noted.user.username !== user) return [];
      return [{ uri: noted.requestURI, isOver: noted.stage === "ResponseComplete" }];
    });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
