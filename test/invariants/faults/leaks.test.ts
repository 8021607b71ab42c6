import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Fault } from "../../support/faults/fault.ts";
import { type FaultEndpoint, serveFaults } from "../../support/faults/fault-server.ts";
import type { ProbeOptions, ProbeReport } from "../../support/faults/leak-probe.ts";
import { faults } from "../../support/faults/schedule.ts";
import { nodeArguments } from "../../support/node-arguments.ts";
import { runs } from "../../support/runs.ts";
import { type WireName, wires } from "../../support/wires.ts";

const seed = 20_261_125;
const requests = runs(300, 10_000);
/**
 * Room for compiled code and caches, which do not depend on the number of requests: 500 bytes for each of
 * 10,000 requests would exceed it.
 */
const mostHeapGrowth = 4_000_000;
/** Connections kept alive by `fetch` for 16 requests at a time; an abort leaves a spare one on Node 20. */
const mostIdleConnections = 100;

function asksForLongPause(fault: Fault): boolean {
  const pause = fault.type === "status" ? fault.retryAfter : undefined;
  return pause !== undefined && pause.form !== "garbage" && pause.ms > 100;
}

it(
  `${requests} requests under faults leave no connection, timer, listener or memory behind`,
  async () => {
    // An endpoint that asks for a pause of a second or an hour is not called meanwhile: requests would fail without one.
    const drawn = fc.sample(faults, { numRuns: 997, seed }).filter((fault) => !asksForLongPause(fault));
    const server = await serveFaults();
    const endpoints: FaultEndpoint[] = [];
    const open = (wire: WireName, offset: number) => {
      const endpoint = server.endpoint(wire, (call) => drawn[(call + offset) % drawn.length]);
      endpoints.push(endpoint);
      return endpoint.url;
    };
    const urls = Object.fromEntries(
      (Object.keys(wires) as WireName[]).map((wire) => [
        wire,
        { small: open(wire, 0), large: open(wire, 500) },
      ]),
    ) as ProbeOptions["urls"];

    const probe = spawn(
      process.execPath,
      [
        "--expose-gc",
        ...nodeArguments(
          "test/support/faults/leak-probe.ts",
          JSON.stringify({ requests, seed, urls } satisfies ProbeOptions),
        ),
      ],
      { stdio: ["pipe", "pipe", "inherit"] },
    );
    try {
      // The loop also ends if the probe does, for instance after an unhandled rejection.
      let report: ProbeReport | undefined;
      for await (const line of createInterface(probe.stdout)) {
        report = JSON.parse(line);
        break;
      }
      const calls = endpoints.flatMap((endpoint) => endpoint.calls);
      await Promise.all(calls.map(({ closed }) => closed));
      expect(report).toMatchObject({ listeners: 0, timers: 0 });
      const { answered = 0, failed = 0, heapGrowth = Number.NaN } = report ?? {};
      expect(answered + failed).toBe(requests);
      // Otherwise there were no faults, or nothing got through that could leak.
      expect(Math.min(answered, failed)).toBeGreaterThan(requests / 10);
      // Fewer than requests: while an endpoint asked for a pause, requests fail without a call.
      expect(calls.length).toBeGreaterThan(requests / 2);
      expect(heapGrowth).toBeLessThan(mostHeapGrowth);
      expect(server.connections.size).toBeLessThan(mostIdleConnections);
    } finally {
      probe.stdin.end();
      await once(probe, "exit");
      await server.close();
    }
  },
  runs(300_000, 1_200_000),
);
