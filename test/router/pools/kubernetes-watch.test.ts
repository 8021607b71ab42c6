import { expect, onTestFinished, test, vi } from "vitest";
import { systemClock } from "../../../src/plugin/clock.ts";
import { type KubernetesOptions, kubernetes } from "../../../src/router/pools/discovery/index.ts";
import { endpointSlice, KubernetesApiServer } from "../../support/kubernetes-api.ts";

const pod = (ip: string, conditions = {}) => ({ addresses: [ip], conditions });
const terminating = { ready: false, serving: true, terminating: true };
const at = (ip: string, state = "ready") => `http://${ip}:8000/v1 ${state}`;

/** Watches a server over TLS until the test ends. */
async function watched(options: Partial<KubernetesOptions> = {}) {
  const server = new KubernetesApiServer();
  server.slices = [endpointSlice("a", 1, [pod("10.0.0.1")])];
  const apiUrl = await server.listen();
  const { tokenFile, caFile } = server;
  const controller = new AbortController();
  const sets: string[][] = [];
  const problems: (string | undefined)[] = [];
  const discovery = kubernetes({
    service: "vllm",
    namespace: "ml",
    apiUrl,
    tokenFile,
    caFile,
    retryMs: 5,
    ...options,
  });
  const run = (async () => {
    const watching = {
      signal: controller.signal,
      onProblem: (problem: string | undefined) => problems.push(problem),
    };
    for await (const { endpoints } of discovery.watch({ clock: systemClock }, watching))
      sets.push(endpoints.map(({ url, state }) => `${url} ${state}`));
  })();
  onTestFinished(async () => {
    controller.abort();
    await run;
    await server.close();
  });
  const lists = () => server.requests.filter((url) => !url.includes("watch=true")).length;
  const opened = () => vi.waitFor(() => expect(server.watches).toBe(1), { timeout: 5_000 });
  return { server, sets, problems, lists, opened };
}

test("a pod comes, is not ready, serves, drains while it terminates, and goes", async () => {
  const { server, sets, problems, lists, opened } = await watched();
  await opened();
  const steps: (readonly [conditions: object, state: string | undefined])[] = [
    [{ ready: false, serving: false }, undefined],
    [{ ready: true }, "ready"],
    [terminating, "draining"],
    [{ ...terminating, serving: false }, undefined],
  ];
  for (const [step, [conditions, state]] of steps.entries()) {
    server.tell("MODIFIED", endpointSlice("a", 2 + step, [pod("10.0.0.1"), pod("10.0.0.2", conditions)]));
    const expected = [at("10.0.0.1"), ...(state === undefined ? [] : [at("10.0.0.2", state)])];
    await vi.waitFor(() => expect(sets.at(-1)).toEqual(expected));
  }
  server.tell("DELETED", endpointSlice("a", 9, []));
  await vi.waitFor(() => expect(sets.at(-1)).toEqual([]));
  expect([problems, lists()]).toEqual([[], 1]);
});

test("a pod that moves from one slice to another stays, in whatever order the events come", async () => {
  const { server, sets, opened } = await watched();
  await opened();
  server.tell("ADDED", endpointSlice("b", 2, [pod("10.0.0.1"), pod("10.0.0.2")]));
  await vi.waitFor(() => expect(sets.at(-1)).toEqual([at("10.0.0.1"), at("10.0.0.2")]));
  server.tell("DELETED", endpointSlice("a", 3, []));
  server.tell("MODIFIED", endpointSlice("b", 4, [pod("10.0.0.1"), pod("10.0.0.3")]));
  await vi.waitFor(() => expect(sets.at(-1)).toEqual([at("10.0.0.1"), at("10.0.0.3")]));
  for (const set of sets) expect(set).toContain(at("10.0.0.1"));
});

test("of a pod with IPv4 and IPv6 there is one endpoint, and of one with IPv6 alone that", async () => {
  const { server, sets, opened } = await watched();
  await opened();
  const of = (ip: string, uid?: unknown) => ({ ...pod(ip), targetRef: { kind: "Pod", uid } });
  const six = {
    ...endpointSlice("six", 2, [of("fd00::1", "one"), of("fd00::2", "two")]),
    addressType: "IPv6",
  };
  server.tell("ADDED", six);
  await vi.waitFor(() => expect(sets.at(-1)).toHaveLength(3));
  server.tell("MODIFIED", endpointSlice("a", 3, [of("10.0.0.1", "one")]));
  await vi.waitFor(() => expect(sets.at(-1)).toEqual([at("10.0.0.1"), at("[fd00::2]")]));
  // Without the pod nothing says that two addresses are one.
  server.tell("MODIFIED", endpointSlice("a", 4, [of("10.0.0.1"), of("10.0.0.2")]));
  await vi.waitFor(() => expect(sets.at(-1)).toHaveLength(4));
});

test("a bookmark moves the version on, so that the next watch begins there", async () => {
  const { server, sets, lists, opened } = await watched();
  await opened();
  server.bookmark(70);
  server.oldest = 70;
  server.end();
  await vi.waitFor(() => expect(server.requests.at(-1)).toContain("resourceVersion=70"));
  await opened();
  server.tell("MODIFIED", endpointSlice("a", 71, [pod("10.0.0.7")]));
  await vi.waitFor(() => expect(sets.at(-1)).toEqual([at("10.0.0.7")]));
  expect(lists()).toBe(1);
});

test("a version that is too old has the list read again, told by status or by event", async () => {
  const { server, sets, problems, lists, opened } = await watched();
  await opened();
  server.slices = [endpointSlice("c", 90, [pod("10.0.0.9")])];
  server.version = 90;
  server.oldest = 90;
  server.end();
  await vi.waitFor(() => expect(sets.at(-1)).toEqual([at("10.0.0.9")]));
  await opened();
  server.slices = [];
  server.version = 100;
  server.expire();
  await vi.waitFor(() => expect(sets.at(-1)).toEqual([]));
  expect([problems, lists()]).toEqual([[], 3]);
});

test("a watch that is cut goes on, and misses nothing of what happened meanwhile", async () => {
  const { server, sets, problems, opened } = await watched();
  await opened();
  server.cut();
  server.tell("DELETED", endpointSlice("a", 5, []));
  server.tell("ADDED", endpointSlice("b", 6, [pod("10.0.0.6")]));
  await vi.waitFor(() => expect(sets.at(-1)).toEqual([at("10.0.0.6")]), { timeout: 5_000 });
  await vi.waitFor(() => expect(problems.at(-1)).toBeUndefined());
});

test("a watch that says nothing more is cut, since its other end may be gone", async () => {
  const { server, sets, opened } = await watched({ watchSeconds: 1 });
  await opened();
  server.slices = [endpointSlice("b", 6, [pod("10.0.0.6")])];
  // The server never ends the watch.
  await vi.waitFor(() => expect(sets.at(-1)).toEqual([at("10.0.0.6")]), { timeout: 10_000 });
});

test("a server that ends each watch after an event is not asked without a pause", async () => {
  const { server, opened } = await watched({ retryMs: 200 });
  await opened();
  const before = server.requests.length;
  const end = setInterval(() => {
    server.bookmark(server.version + 1);
    server.end();
  }, 1);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  clearInterval(end);
  expect(server.requests.length - before).toBeLessThanOrEqual(10);
});

test("a token that is rotated is read again; one that is refused keeps the last set and is told", async () => {
  const { server, sets, problems, opened } = await watched();
  await opened();
  server.rotateToken("second");
  server.end();
  await opened();
  expect(problems).toEqual([]);
  server.status = 401;
  server.end();
  await vi.waitFor(() => expect(problems.at(-1)).toContain("status 401: may the account list and watch"));
  expect(sets).toEqual([[at("10.0.0.1")]]);
  expect(problems.join()).not.toMatch(/first|second/);
  server.status = 200;
  await opened();
  await vi.waitFor(() => expect(problems.at(-1)).toBeUndefined());
});

test("a server with another certificate gets no token", async () => {
  const server = new KubernetesApiServer();
  const url = await server.listen();
  onTestFinished(() => server.close());
  const { problems } = await watched({ apiUrl: url, caFile: false });
  await vi.waitFor(() => expect(problems.length).toBeGreaterThan(0));
  expect(server.requests).toEqual([]);
});

test.each([
  ["no JSON", "<html>"],
  [
    "a list of anything",
    '{"items":[5,null,{"metadata":{"name":"__proto__"}},{"endpoints":[5]}],"metadata":7}',
  ],
  ["a line without end", "x".repeat(5 * 2 ** 20)],
  ["lines without end", `${"x".repeat(2 ** 20)}\n`.repeat(65)],
])("an answer with %s keeps the last set", async (_, text) => {
  const { server, sets, opened } = await watched();
  await opened();
  server.listText = text;
  const before = server.requests.length;
  server.expire();
  await vi.waitFor(() => expect(server.requests.length).toBeGreaterThan(before + 1), { timeout: 10_000 });
  server.listText = undefined;
  server.version = 200;
  server.slices = [endpointSlice("z", 200, [pod("10.0.0.5")])];
  server.cut();
  await vi.waitFor(() => expect(sets.at(-1)).toEqual([at("10.0.0.5")]), { timeout: 10_000 });
  expect(new Set(sets.flat())).toEqual(new Set([at("10.0.0.1"), at("10.0.0.5")]));
});
