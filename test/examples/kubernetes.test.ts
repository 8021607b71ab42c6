import { execFile, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { parser } from "@prometheus-io/lezer-promql";
import { validate } from "dockerfile-utils";
import { afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import type { WantedMembers } from "../../src/contracts/index.ts";
import type { Router } from "../../src/index.ts";
import { seriesNames } from "../../src/serve/metrics/families.ts";
import { serveFakeEngine, smallProfile } from "../../src/testing/index.ts";
import { checkKeda, isOfKeda } from "../support/check-keda.ts";
import { checkManifests, type Manifest } from "../support/check-manifests.ts";
import { endpointSlice, KubernetesApiServer } from "../support/kubernetes-api.ts";
import { root } from "../support/package-sources.ts";
import { startRedis, withoutRedis } from "../support/redis-server.ts";
import { runReadme } from "../support/run-readme.ts";

const run = promisify(execFile);
const withoutCurl = spawnSync("curl", ["--version"]).status !== 0;
if (withoutCurl) console.log("skipped: no curl (apt-get install curl)");
const folder = `${root}examples/kubernetes/`;
const read = (file: string) => readFileSync(folder + file, "utf8");
const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
const documentsOf = (file: string): Manifest[] =>
  parseAllDocuments(read(file)).map((document) => document.toJS({ maxAliasCount: 10 }));
const all = files.flatMap(documentsOf);

/** The one object of a kind, read as what the test knows of it. */
function one<T>(kind: string, name: string): T {
  const found = all.filter((item) => item.kind === kind && nameOf(item) === name);
  expect(found).toHaveLength(1);
  return found[0] as T;
}
const nameOf = (item: Manifest) => (item["metadata"] as { name: string }).name;

interface Workload {
  readonly spec: {
    readonly selector: { readonly matchLabels: Record<string, string> };
    readonly template: {
      readonly metadata: { readonly labels: Record<string, string> };
      readonly spec: Pod;
    };
  };
}
interface Pod {
  readonly serviceAccountName?: string;
  readonly terminationGracePeriodSeconds: number;
  readonly volumes?: readonly { readonly name: string }[];
  readonly containers: readonly Container[];
}
interface Container {
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly env?: readonly { readonly name: string }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly [probe: string]: unknown;
}

describe("the manifests", () => {
  test("have the published schemas of their kinds, unknown fields refused", () => {
    expect(all.length).toBeGreaterThan(8);
    expect(checkManifests(all.filter((item) => !isOfKeda(item)))).toEqual([]);
  });

  test("have the schemas of KEDA where they are KEDA's, and differences are found", () => {
    const ofKeda = all.filter(isOfKeda);
    expect(ofKeda.map(({ kind }) => kind).sort()).toEqual(["ScaledObject", "TriggerAuthentication"]);
    expect(ofKeda.flatMap(checkKeda)).toEqual([]);
    const scaled = one<Manifest & { readonly spec: Record<string, unknown> }>("ScaledObject", "vllm");
    const [trigger] = scaled.spec["triggers"] as [{ readonly metadata: object }];
    const wrong = [
      { ...scaled, spec: { ...scaled.spec, maxReplicas: 8 } },
      { ...scaled, spec: { ...scaled.spec, maxReplicaCount: "8" } },
      { ...scaled, spec: { ...scaled.spec, triggers: [{ ...trigger, metricTyp: "Value" }] } },
      { ...scaled, spec: { ...scaled.spec, triggers: [{ ...trigger, metadata: { target: "1" } }] } },
      { ...scaled, spec: { triggers: [] } },
      { ...scaled, apiVersion: "keda.sh/v1" },
    ];
    for (const manifest of wrong) expect(checkKeda(manifest)).not.toEqual([]);
  });

  test("scale one Deployment by what the router serves, within the bounds that its pool has", () => {
    const bounds = /scale: \{ min: (\d+), max: (\d+)/.exec(read("router.mjs"))?.slice(1).map(Number);
    const keda = one<{ spec: Record<string, unknown> }>("ScaledObject", "vllm").spec;
    const hpa = one<{ spec: Record<string, unknown> }>("HorizontalPodAutoscaler", "vllm").spec;
    expect([keda["minReplicaCount"], keda["maxReplicaCount"]]).toEqual(bounds);
    expect([hpa["minReplicas"], hpa["maxReplicas"]]).toEqual(bounds);
    for (const { scaleTargetRef } of [keda, hpa]) expect(scaleTargetRef).toMatchObject({ name: "vllm" });
    const [trigger] = keda["triggers"] as [{ metadata: Record<string, string> }];
    // The id of the pool, and the Service of the routers.
    const { url = "", valueLocation = "" } = trigger.metadata;
    expect(url).toBe(`http://${nameOf(one<Manifest>("Service", "router"))}.ml.svc/scale/qwen`);
    const counts: WantedMembers = { wanted: 1, ready: 1, out: 0, draining: 0, unknown: 0, min: 1, max: 8 };
    expect(counts).toHaveProperty(valueLocation);
    // The rule of the adapter makes PromQL over a series that there is.
    const { data } = one<{ data: Record<string, string> }>("ConfigMap", "adapter-config");
    const [rule] = parse(data["config.yaml"] ?? "").externalRules;
    const query = rule.metricsQuery
      .replace("<<.Series>>", "switchpoint_pool_wanted_members")
      .replace("<<.LabelMatchers>>", 'model="qwen"')
      .replace("<<.GroupBy>>", "namespace");
    for (const text of [rule.seriesQuery, query]) {
      const errors: string[] = [];
      parser.parse(text).iterate({
        enter: ({ type, from, to }) => {
          if (type.isError) errors.push(text.slice(from, to));
        },
      });
      expect(errors).toEqual([]);
    }
    expect(JSON.stringify(hpa["metrics"])).toContain("switchpoint_pool_wanted_members");
    expect(seriesNames).toContain("pool_wanted_members");
  });

  test("a manifest that differs from its schema is found", () => {
    const router = one<Manifest>("Deployment", "router");
    const spec = router["spec"] as object;
    const wrong = [
      { ...router, spec: { ...spec, replcas: 2 } },
      { ...router, spec: { ...spec, replicas: "2" } },
      { ...router, spec: { replicas: 2 } },
      { ...router, apiVersion: "apps/v2" },
    ];
    for (const manifest of wrong) expect(checkManifests([manifest])).not.toEqual([]);
  });

  test("fit together: labels, ports, volumes and names", () => {
    const workloads = all.filter(({ kind }) => kind === "Deployment" || kind === "StatefulSet");
    for (const workload of workloads as unknown as Workload[]) {
      const { selector, template } = workload.spec;
      expect(template.metadata.labels).toMatchObject(selector.matchLabels);
      for (const container of template.spec.containers) {
        const ports = container.ports.map(({ name }) => name);
        for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"]) {
          const { httpGet, tcpSocket } = (container[probe] ?? {}) as Record<string, { port: string }>;
          for (const used of [httpGet, tcpSocket]) if (used !== undefined) expect(ports).toContain(used.port);
        }
      }
    }
    for (const service of all.filter(({ kind }) => kind === "Service")) {
      const { selector, ports } = service["spec"] as { selector: object; ports: { targetPort: string }[] };
      const target = (workloads as unknown as Workload[]).find(
        ({ spec }) => JSON.stringify(spec.template.metadata.labels) === JSON.stringify(selector),
      );
      const names = target?.spec.template.spec.containers.flatMap((container) => container.ports);
      for (const { targetPort } of ports) expect(names?.map(({ name }) => name)).toContain(targetPort);
    }
    const { containers, volumes } = one<Workload>("Deployment", "router").spec.template.spec;
    const mounted = containers[0]?.volumeMounts.map(({ name }) => name).sort();
    expect(volumes?.map(({ name }) => name).sort()).toEqual(mounted);
  });

  test("give the router time to drain, and its program what it reads", () => {
    const pod = one<Workload>("Deployment", "router").spec.template.spec;
    const command = JSON.parse(/^CMD (\[.*\])$/m.exec(read("Dockerfile"))?.[1] ?? "") as string[];
    const option = (name: string) => command[command.indexOf(name) + 1] ?? "";
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(
      Number(option("--grace")) + Number(option("--drain")),
    );
    const [container] = pod.containers;
    expect(container?.["readinessProbe"]).toMatchObject({ httpGet: { path: "/healthz" } });
    // It fails while a pod drains.
    expect(JSON.stringify(container?.["livenessProbe"])).not.toContain("/healthz");
    const keys = container?.volumeMounts.find(({ name }) => name === "keys")?.mountPath;
    expect(option("--keys")).toBe(`${keys}/keys.jsonl`);
    const needed = /Needs ([\s\S]*?), and an account/.exec(read("router.mjs"))?.[1]?.match(/[A-Z_]{4,}/g);
    expect(container?.env?.map(({ name }) => name)).toEqual(expect.arrayContaining(needed ?? ["none"]));
  });
});

describe.skipIf(withoutCurl)("the hook before a pod of vLLM ends", () => {
  test("ends once the engine has answered its calls, or does not answer", async () => {
    const engine = await serveFakeEngine({ model: "qwen", profile: { ...smallProfile, stepMs: 5 } });
    onTestFinished(engine.close);
    const { lifecycle } = one<Workload>("Deployment", "vllm").spec.template.spec.containers[0] as unknown as {
      lifecycle: { preStop: { exec: { command: [string, string, string] } } };
    };
    const [shell, option, text] = lifecycle.preStop.exec.command;
    expect(text).toContain("sleep 20");
    const script = text
      .replace("sleep 20", "")
      .replace("sleep 2;", "sleep 0.05;")
      .replace("http://127.0.0.1:8000", new URL(engine.url).origin);
    const hook = () => run(shell, [option, script]);
    await hook();
    const answer = { hash: "a", tokens: 40 };
    engine.core.submit({ prompt: [{ hash: "p", tokens: 10 }], answer }, engine.now());
    let runningAtEnd = -1;
    await hook().then(() => {
      runningAtEnd = engine.core.running + engine.core.waiting;
    });
    expect(runningAtEnd).toBe(0);
    await engine.close();
    await hook();
  });
});

test("the Dockerfile has no fault that its linter knows", () => {
  expect(validate(read("Dockerfile"))).toEqual([]);
  expect(validate("FROM node\nRUNN x")).not.toEqual([]);
});

describe.skipIf(withoutRedis)("two replicas of the program", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  const asked: string[] = [];
  let port = 0;
  beforeAll(async () => {
    // Pods have addresses of their own and one port.
    const pods = ["127.0.0.2", "127.0.0.3"];
    for (const pod of pods) {
      const server = createServer((request, response) => {
        request.resume();
        asked.push(pod);
        response.setHeader("content-type", "application/json");
        response.end(answer(5));
      });
      await new Promise<void>((resolve) => server.listen(port, pod, resolve));
      port = (server.address() as AddressInfo).port;
      closing.push(() => server.close());
    }
    return () => {
      for (const close of closing) close();
    };
  });
  const closing: (() => void)[] = [];

  async function replicas() {
    const api = new KubernetesApiServer({ plain: true });
    api.slices = [endpointSlice("a", 1, [{ addresses: ["127.0.0.2"] }, { addresses: ["127.0.0.3"] }], port)];
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const cloud = createServer((request, response) => {
      request.resume();
      // Only chat completions, as many a gateway.
      if (request.url !== "/v1/chat/completions") return response.writeHead(404).end();
      asked.push("cloud");
      response.setHeader("content-type", "application/json");
      response.end(answer(1_000_000, "gpt-5.5"));
    });
    await new Promise<void>((resolve) => cloud.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void cloud.close());
    vi.stubEnv("KUBERNETES_API", await api.listen());
    vi.stubEnv("REDIS_URL", `redis://127.0.0.1:${redis.port}`);
    vi.stubEnv("OPENAI_API_KEY", "simulated");
    vi.stubEnv("OPENAI_BASE_URL", `http://127.0.0.1:${(cloud.address() as AddressInfo).port}/v1`);
    const start = async () => {
      const exported: { default?: Router } = {};
      await runReadme({ place: "router.mjs:1", code: read("router.mjs"), runs: true }, exported);
      const router = exported.default as Router;
      onTestFinished(() => router.close());
      return router;
    };
    const routers = [await start(), await start()] as const;
    onTestFinished(() => api.close());
    return { api, routers };
  }

  test("follow the pods, and share a budget", async () => {
    const { api, routers } = await replicas();
    const [first, second] = routers;
    // Until the replicas have met in Redis, which a busy machine may hold up.
    for (const router of routers)
      await vi.waitFor(() => router.route({ ...easy, tenant: "warm-up" }), { timeout: 10_000 });
    for (let call = 0; call < 20; call += 1)
      expect((await routers[call % 2]?.route({ ...easy, tenant: "acme" }))?.decision.model).toBe("qwen");
    expect(new Set(asked)).toEqual(new Set(["127.0.0.2", "127.0.0.3"]));

    // A pod that terminates gets nothing new, of no replica.
    const draining = { addresses: ["127.0.0.2"], conditions: { ready: false, terminating: true } };
    api.tell("MODIFIED", endpointSlice("a", 2, [draining, { addresses: ["127.0.0.3"] }], port));
    await vi.waitFor(async () => {
      asked.length = 0;
      for (let call = 0; call < 20; call += 1) await routers[call % 2]?.route({ ...easy, tenant: "acme" });
      expect(new Set(asked)).toEqual(new Set(["127.0.0.3"]));
    });

    // A million tokens of output use up a day's 20 dollars, at both replicas.
    const costly = { ...easy, tenant: "acme", model: "cloud" as const };
    expect((await first.route(costly)).costUsd).toBeGreaterThan(20);
    // A lease that the second holds may pay for what it has promised already.
    await vi.waitFor(() => expect(second.route(costly)).rejects.toMatchObject({ code: "budget-exceeded" }), {
      timeout: 10_000,
    });
    expect((await second.route({ ...costly, tenant: "globex" })).decision.model).toBe("cloud");
  });
});

const easy = { messages: [{ role: "user" as const, content: "Say hello." }], max_completion_tokens: 50 };

const answer = (outputTokens: number, model = "Qwen/Qwen3-8B") =>
  JSON.stringify({
    id: "c",
    object: "chat.completion",
    created: 0,
    model,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: "hello", refusal: null },
        finish_reason: "stop",
        logprobs: null,
      },
    ],
    usage: { prompt_tokens: 3, completion_tokens: outputTokens, total_tokens: 3 + outputTokens },
  });
