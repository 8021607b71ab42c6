import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import type { Fault } from "../../support/faults/fault.ts";
import { type FaultServer, type Script, serveFaults } from "../../support/faults/fault-server.ts";
import { runs } from "../../support/runs.ts";
import { wires } from "../../support/wires.ts";

const requestsPerSecond = 200;
// So many that the ten retries which are saved up before the first request weigh little.
const requests = runs(300, 6_000);
const capacity = 0.3;
/** Maximum number of calls: the router may amplify the load by 20 %. */
const mostCalls = 1.2 * requests;

const refusals: readonly Fault[] = [
  { type: "status", status: 503 },
  { type: "status", status: 429 },
];

/** Milliseconds, as the requests count them: on a busy machine, too, `requestsPerSecond` come in a second. */
type Clock = () => number;

/** Serves `capacity` of the request rate and refuses the rest, however much arrives. */
function brownOut(refusal: Fault, clock: Clock): Script {
  const perSecond = capacity * requestsPerSecond;
  let room = 5;
  let last = clock();
  return () => {
    const now = clock();
    room = Math.min(5, room + ((now - last) / 1_000) * perSecond);
    last = now;
    if (room < 1) return refusal;
    room -= 1;
    return { type: "none" };
  };
}

/** Sends requests at a fixed rate, whatever the answers: an outage does not slow down the callers. */
async function load(server: FaultServer, scriptsAt: (clock: Clock) => readonly Script[]) {
  const results: Promise<boolean>[] = [];
  const startedAt = Date.now();
  const clock = () => startedAt + (results.length / requestsPerSecond) * 1_000;
  const endpoints = scriptsAt(clock).map((script) => server.endpoint("openai", script));
  const models = Object.fromEntries(
    endpoints.map(({ url }, index) => [`m${index}`, wires.openai.model(`m${index}`, url, {})]),
  );
  const router = createRouter({ models, policy: always("m0"), random: seededRandom(6), clock });
  while (results.length < requests) {
    results.push(
      router.route("Hello").then(
        () => true,
        () => false,
      ),
    );
    await sleep(1_000 / requestsPerSecond);
  }
  const answered = (await Promise.all(results)).filter(Boolean).length;
  return { answered, calls: endpoints.map((endpoint) => endpoint.calls.length) };
}

// Each has a server of its own, and most of its time is the pace of the requests.
describe.concurrent(
  `an endpoint that serves ${capacity * 100} % of ${requestsPerSecond} requests per second`,
  () => {
    for (const refusal of refusals) {
      const status = refusal.type === "status" ? refusal.status : "";
      it(`receives at most 1.2 calls per request as the only endpoint, if it answers ${status} to the rest`, async () => {
        const server = await serveFaults();
        const { answered, calls } = await load(server, (clock) => [brownOut(refusal, clock)]);
        await server.close();
        expect(calls[0]).toBeLessThan(mostCalls);
        // The endpoint still gets the calls that it can serve.
        expect(answered).toBeGreaterThan((requests * capacity) / 2);
      });

      it(`is relieved by a healthy one, with 1.2 calls per request in total, ${status}`, async () => {
        const server = await serveFaults();
        const { answered, calls } = await load(server, (clock) => [brownOut(refusal, clock), []]);
        await server.close();
        expect(answered).toBe(requests);
        expect((calls[0] ?? 0) + (calls[1] ?? 0)).toBeLessThan(mostCalls);
      });
    }
  },
  runs(60_000, 300_000),
);
