import { always } from "../../../policies/index.ts";
import { type Constraint, createRouter, type RouteResult, type RouterEvent } from "../../../src/index.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { type AnyWireName, allWires } from "../wires.ts";
import { closedPort, type FaultEndpoint, type FaultServer } from "./fault-server.ts";
import type { Schedule } from "./schedule.ts";

type Id = "small" | "large" | "elsewhere";

/** Course of a request, as seen by its caller and by the servers. */
export interface Observation {
  /** Exactly one of result and error is set; neither if the consumer of a stream has left. */
  readonly result?: RouteResult<Id> | undefined;
  readonly error?: unknown;
  /** Outcome of a stream's `result`, apart from its iteration. */
  readonly late?: { readonly result?: RouteResult<Id>; readonly error?: unknown } | undefined;
  /** Text of the chunks that the consumer received. */
  readonly delivered: string;
  readonly elapsedMs: number;
  readonly abortReason: Error;
  readonly events: readonly RouterEvent<Id>[];
  readonly endpoints: Readonly<Record<Id, Pick<FaultEndpoint, "calls">>>;
}

export const price = {
  usdPerMillionInputTokens: 1_000,
  usdPerMillionOutputTokens: 10_000,
  usdPerMillionCachedInputTokens: 100,
};

const nowhere = await closedPort();

/** Sends one request through the real SDK of an API. Returns when every call has ended at the server, too. */
export async function runSchedule(
  server: FaultServer,
  wire: AnyWireName,
  schedule: Schedule,
): Promise<Observation> {
  const open = (script: Schedule["small"]) => server.endpoint(wire, script === "refused" ? [] : script);
  const endpoints = { small: open(schedule.small), large: open(schedule.large), elsewhere: open([]) };
  const model = (id: Id) => {
    const baseUrl = id !== "elsewhere" && schedule[id] === "refused" ? nowhere : endpoints[id].url;
    return allWires[wire].model(id, baseUrl, {
      price,
      labels: { residency: id === "elsewhere" ? "us" : "eu" },
    });
  };
  const events: RouterEvent<Id>[] = [];
  const router = createRouter({
    models: { small: model("small"), large: model("large"), elsewhere: model("elsewhere") },
    policy: always("small"),
    constraints: [staysHere, largeNotAt(schedule.largeForbiddenAt)],
    random: seededRandom(schedule.seed),
    execution: {
      retries: schedule.retries,
      backoffBaseMs: 5,
      backoffCapMs: 20,
      retryAfterCapMs: 60,
      attemptTimeoutMs: 300,
      firstTokenTimeoutMs: 300,
      idleTimeoutMs: 200,
      hedge: schedule.hedgeAfterMs === undefined ? undefined : { afterMs: schedule.hedgeAfterMs, ratio: 1 },
    },
    onEvent: (event) => events.push(event as RouterEvent<Id>),
  });

  const abortReason = new Error("the caller has left");
  const controller = new AbortController();
  const { deadlineMs, maxCostUsd, abortAfterMs } = schedule;
  const request = { messages: [{ role: "user" as const, content: "Hello" }], deadlineMs, maxCostUsd };
  const startedAt = performance.now();
  const timer = setTimeout(() => controller.abort(abortReason), abortAfterMs ?? 1e6);
  let delivered = "";
  let result: RouteResult<Id> | undefined;
  let late: Observation["late"];
  let error: unknown;
  try {
    if (schedule.mode === "route") {
      result = await router.route(request, { signal: controller.signal });
    } else {
      const stream = router.stream(request, { signal: controller.signal });
      const settled = stream.result.then(
        (value) => ({ result: value }),
        (reason: unknown) => ({ error: reason }),
      );
      try {
        let left = schedule.leaveAfterChunks ?? Number.POSITIVE_INFINITY;
        for await (const chunk of stream) {
          delivered += chunk.choices[0]?.delta.content ?? "";
          left -= 1;
          if (left === 0) break;
          if (schedule.msPerChunk > 0)
            await new Promise((resolve) => setTimeout(resolve, schedule.msPerChunk));
        }
        if (left > 0) result = await stream.result;
      } finally {
        late = await settled;
      }
    }
  } catch (caught) {
    error = caught;
  }
  const elapsedMs = performance.now() - startedAt;
  clearTimeout(timer);

  for (const { calls } of Object.values(endpoints)) await Promise.all(calls.map(({ closed }) => closed));
  for (const endpoint of Object.values(endpoints)) endpoint.remove();
  return { result, error, late, delivered, elapsedMs, abortReason, events, endpoints };
}

const staysHere: Constraint = {
  name: "stays here",
  permits: ({ facts }) => facts.labels["residency"] === "eu" || "its data leave the EU",
};

const largeNotAt = (forbidden: Schedule["largeForbiddenAt"]): Constraint => ({
  name: "large not at",
  permits: ({ id }, { hop }) => id !== "large" || hop !== forbidden || `not at ${hop}`,
});
