import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { root } from "../support/package-sources.ts";
import { isChecked } from "../support/runs.ts";
import {
  createAccount,
  createNamespace,
  deleteSlice,
  forbid,
  type ManifestObject,
  pathOf,
  permit,
  putSlice,
} from "./cluster-objects.ts";
import { clusterFolder, hasCluster, type RealCluster, startCluster, versions } from "./real-cluster.ts";
import { patienceMs, watchService } from "./watched-service.ts";

const isRun = isChecked("kubernetes") && hasCluster();
// The API server starts again in some tests, and believes a token for ten seconds.
vi.setConfig({ testTimeout: 300_000 });
const soon = { timeout: patienceMs, interval: 100 };
const pod = (ip: string, conditions = {}) => ({ addresses: [ip], conditions });

describe.skipIf(!isRun)(`an API server of Kubernetes ${versions.kubernetes}`, () => {
  let cluster: RealCluster;
  let accounts = 0;

  beforeAll(async () => {
    cluster = await startCluster();
    for (const name of ["ml", "monitoring"]) await createNamespace(cluster, name);
  }, 600_000);
  afterAll(() => cluster?.close());

  /** Watches the service `vllm`, which has one slice of one pod, by an account of its own. */
  async function watched(given: Parameters<typeof watchService>[2] = {}) {
    accounts += 1;
    const account = `router-${accounts}`;
    await createAccount(cluster, account);
    await permit(cluster, account);
    await putSlice(cluster, "vllm-a", [pod("10.0.0.1")]);
    const service = await watchService(cluster, account, given);
    onTestFinished(async () => {
      await service.end();
      for (const name of ["vllm-a", "vllm-b", "vllm-6"]) await deleteSlice(cluster, name).catch(() => {});
    });
    return { account, ...service };
  }

  test("a pod comes, is not ready, serves, drains while it terminates, and goes; one list serves all", async () => {
    const { sees, problems, lists } = await watched({ watchSeconds: 60 });
    await sees("10.0.0.1:8000");
    const steps: (readonly [conditions: object, ...seen: string[]])[] = [
      [{ ready: false, serving: false, terminating: false }],
      [{ ready: true, serving: true, terminating: false }, "10.0.0.2:8000"],
      [{}, "10.0.0.2:8000"],
      [{ ready: false, serving: true, terminating: true }, "10.0.0.2:8000 draining"],
      [{ ready: false, serving: false, terminating: true }],
    ];
    for (const [conditions, ...seen] of steps) {
      await putSlice(cluster, "vllm-a", [pod("10.0.0.1"), pod("10.0.0.2", conditions)]);
      await sees("10.0.0.1:8000", ...seen);
    }
    await deleteSlice(cluster, "vllm-a");
    await sees();
    expect([problems, lists().length]).toEqual([[], 1]);
  });

  test("zone and node are labels of an endpoint; another service's slices are not seen", async () => {
    const { sees, sets } = await watched();
    await putSlice(cluster, "other", [pod("10.9.9.9")], { service: "other" });
    await putSlice(cluster, "vllm-a", [{ ...pod("10.0.0.1"), zone: "eu-1", nodeName: "node-7" }]);
    await vi.waitFor(() => expect(sets.at(-1)?.[0]?.labels).toEqual({ zone: "eu-1", node: "node-7" }), soon);
    await sees("10.0.0.1:8000");
  });

  test("a slice that is split in two loses no endpoint", async () => {
    const { sees, sets } = await watched();
    const three = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map((ip) => pod(ip));
    await putSlice(cluster, "vllm-a", three);
    await sees("10.0.0.1:8000", "10.0.0.2:8000", "10.0.0.3:8000");
    const before = sets.length;
    await putSlice(cluster, "vllm-b", three.slice(1));
    await putSlice(cluster, "vllm-a", three.slice(0, 1));
    await putSlice(cluster, "vllm-b", [...three.slice(1), pod("10.0.0.4")]);
    await sees("10.0.0.1:8000", "10.0.0.2:8000", "10.0.0.3:8000", "10.0.0.4:8000");
    for (const set of sets.slice(before)) expect(set.length).toBeGreaterThanOrEqual(3);
  });

  test("of a pod with two addresses, IPv4 and IPv6, there is one endpoint; one with IPv6 alone has that", async () => {
    const { sees } = await watched();
    const of = (uid: string) => ({ targetRef: { kind: "Pod" as const, name: `pod-${uid}`, uid } });
    await putSlice(
      cluster,
      "vllm-6",
      [
        { ...pod("fd00::1"), ...of("one") },
        { ...pod("fd00::2"), ...of("two") },
      ],
      { addressType: "IPv6" },
    );
    await putSlice(cluster, "vllm-a", [{ ...pod("10.0.0.1"), ...of("one") }]);
    await sees("10.0.0.1:8000", "[fd00::2]:8000");
  });

  test("tokens that are rotated are read again; one that has ended is told, and the last set stays", async () => {
    const { sees, sets, problems, newToken, watches, account } = await watched();
    await sees("10.0.0.1:8000");
    const revokeSecond = await newToken();
    const before = watches().length;
    await vi.waitFor(() => expect(watches().length).toBeGreaterThan(before + 1), soon);
    expect(problems).toEqual([]);
    await revokeSecond();
    // The API server believes a token that it has seen for another ten seconds.
    await vi.waitFor(
      () => expect(problems.at(-1)).toContain("status 401: may the account list and watch"),
      soon,
    );
    expect(sets.map((set) => set.length)).toEqual([1]);
    expect(problems.join()).not.toMatch(/eyJ|Bearer/);
    await newToken();
    await vi.waitFor(() => expect(problems.at(-1)).toBeUndefined(), soon);
    await putSlice(cluster, "vllm-a", [pod("10.0.0.8")]);
    await sees("10.0.0.8:8000");
    expect(account).toMatch(/^router-/);
  });

  test("an account that may not read endpoints is told so, and begins once it may", async () => {
    await createAccount(cluster, "stranger");
    await putSlice(cluster, "vllm-a", [pod("10.0.0.1")]);
    const { sets, problems, sees, end } = await watchService(cluster, "stranger");
    onTestFinished(end);
    await vi.waitFor(
      () => expect(problems.at(-1)).toContain("status 403: may the account list and watch"),
      soon,
    );
    expect(sets).toEqual([]);
    await permit(cluster, "stranger");
    await sees("10.0.0.1:8000");
    await vi.waitFor(() => expect(problems.at(-1)).toBeUndefined(), soon);
    await forbid(cluster, "stranger");
    await vi.waitFor(() => expect(problems.at(-1)).toContain("status 403"), soon);
    expect(sets).toHaveLength(1);
  });

  test("bookmarks move the version on, so that later watches begin there and nothing is listed again", async () => {
    const { sees, lists, watches } = await watched({ watchSeconds: 8 });
    await sees("10.0.0.1:8000");
    for (let change = 0; change < 5; change += 1)
      await putSlice(cluster, "other", [pod(`10.9.9.${change + 1}`)], { service: "other" });
    const versionsOf = () =>
      watches().map((uri) => Number(new URL(uri, "https://x").searchParams.get("resourceVersion")));
    // No event of the watched service: a bookmark alone says the version.
    await vi.waitFor(() => {
      const [first = 0, ...later] = versionsOf();
      expect(Math.max(0, ...later)).toBeGreaterThan(first);
    }, soon);
    expect(lists()).toHaveLength(1);
    for (const uri of watches()) expect(uri).toContain("allowWatchBookmarks=true");
  });

  test("after SIGKILL of the API server the last set stays; after its restart what was missed is there", async () => {
    const { sees, sets, problems } = await watched();
    await sees("10.0.0.1:8000");
    await cluster.kill();
    await vi.waitFor(() => expect(problems.at(-1)).toContain("the last endpoints stay"), soon);
    expect(sets).toHaveLength(1);
    await cluster.restart();
    await putSlice(cluster, "vllm-a", [pod("10.0.0.5")]);
    await sees("10.0.0.5:8000");
    await vi.waitFor(() => expect(problems.at(-1)).toBeUndefined(), soon);
  });

  test("a version that etcd has compacted is answered with 410: the list is read again, and no problem is told", async () => {
    // After a watch of a second it pauses: time enough to do all this between two watches.
    const { sees, lists, watches, endedWatches, problems } = await watched({
      watchSeconds: 1,
      retryMs: 30_000,
    });
    await sees("10.0.0.1:8000");
    await vi.waitFor(() => expect(endedWatches()).toBe(1), soon);
    await cluster.kill();
    await cluster.compact();
    await cluster.restart();
    const [uri = ""] = watches();
    // The API server itself says so of the version at which the next watch begins.
    const { status, body } = await cluster.ask("GET", uri);
    expect(`${status} ${JSON.stringify(body)}`).toMatch(/410|Expired/);
    await putSlice(cluster, "vllm-a", [pod("10.0.0.7")]);
    await sees("10.0.0.7:8000");
    expect([problems, lists().length]).toEqual([[], 2]);
    // That which was told 410, and perhaps already the one after the list.
    expect(watches().length).toBeGreaterThanOrEqual(2);
  });

  describe("manifests", () => {
    const folder = `${root}examples/kubernetes/`;
    const documentsOf = (text: string): ManifestObject[] =>
      parseAllDocuments(text).map((document) => document.toJS({ maxAliasCount: 10 }));
    const all = readdirSync(folder)
      .filter((file) => file.endsWith(".yaml"))
      .flatMap((file) => documentsOf(readFileSync(folder + file, "utf8")));
    const inGuides = readdirSync(`${root}docs/guides`)
      .filter((file) => file.endsWith(".md"))
      .flatMap((file) => [
        ...readFileSync(`${root}docs/guides/${file}`, "utf8").matchAll(/```yaml\n([\s\S]*?)```/g),
      ])
      .flatMap(([, text = ""]) => documentsOf(text))
      .filter((item) => item?.apiVersion !== undefined && item.kind !== undefined);

    beforeAll(async () => {
      for (const name of ["scaledobjects", "triggerauthentications"]) {
        const file = join(clusterFolder, `keda.sh_${name}.yaml`);
        const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        await cluster.done("POST", path, parse(readFileSync(file, "utf8")));
        await vi.waitFor(() => cluster.done("GET", `/apis/keda.sh/v1alpha1/${name}`), soon);
      }
    }, 300_000);

    test.each([...all, ...inGuides].map((item) => [`${item.kind} ${item.metadata.name}`, item] as const))(
      "%s is created, with strict validation of its fields",
      async (_, item) => {
        const path = `${pathOf(item)}?fieldValidation=Strict`;
        const wrong = { ...item, spec: { ...(item as { spec?: object }).spec, replcas: 2 }, kinds: "x" };
        const refused = await cluster.ask("POST", path, wrong);
        expect([refused.status, refused.body.message]).toEqual([
          400,
          expect.stringContaining("strict decoding"),
        ]);
        const made = await cluster.ask("POST", path, item);
        expect([made.status, made.body.message]).toEqual([201, undefined]);
      },
    );

    test("the account of router.yaml may do what discovery does, and nothing else", async () => {
      const { sees, end, options } = await watchService(cluster, "router");
      onTestFinished(end);
      await putSlice(cluster, "vllm-a", [pod("10.0.0.1")]);
      await sees("10.0.0.1:8000");
      const may = async (verb: string, resource: string, group = "") => {
        const review = await cluster.done("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", {
          spec: {
            user: `system:serviceaccount:${options.namespace}:router`,
            resourceAttributes: { namespace: options.namespace, verb, resource, group },
          },
        });
        return (review.status as { allowed?: boolean }).allowed;
      };
      expect(await may("watch", "endpointslices", "discovery.k8s.io")).toBe(true);
      for (const [verb, resource, group] of [
        ["update", "endpointslices", "discovery.k8s.io"],
        ["get", "secrets", ""],
        ["list", "pods", ""],
      ] as const)
        expect([resource, await may(verb, resource, group)]).toEqual([resource, false]);
    });
  });
});
