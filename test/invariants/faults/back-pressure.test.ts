import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { serveLongStream } from "../../support/faults/long-stream-server.ts";
import type { SlowReaderReport } from "../../support/faults/slow-reader-probe.ts";
import { nodeArguments } from "../../support/node-arguments.ts";
import { runs } from "../../support/runs.ts";
import type { WireName } from "../../support/wires.ts";

const megabyte = 1_000_000;
const wireBytes = runs(16, 100) * megabyte;
/** Bytes that the kernel and both ends of a connection may buffer while the stream is not read. */
const inFlightBytes = 12 * megabyte;
/** The text is kept, in one or two bytes per character; other memory does not grow. */
const bytesPerCharacter = 2;
const besideBytes = 2 * megabyte;

it.each<WireName>(["openai", "anthropic", "google", "google-archived"])(
  `of a stream of ${wireBytes / megabyte} MB a slow reader's process keeps only the text read so far, %s`,
  async (wire) => {
    const server = await serveLongStream(wire, wireBytes);
    const probe = spawn(
      process.execPath,
      ["--expose-gc", ...nodeArguments("test/support/faults/slow-reader-probe.ts", wire, server.url)],
      { stdio: ["pipe", "pipe", "inherit"] },
    );
    const lines = createInterface(probe.stdout)[Symbol.asyncIterator]();
    const read = async (characters: number): Promise<SlowReaderReport> => {
      probe.stdin.write(`${characters}\n`);
      return JSON.parse((await lines.next()).value);
    };
    try {
      const start = await read(100_000);
      await standsStill(() => server.sentBytes);
      expect(server.sentBytes).toBeLessThan(inFlightBytes);
      const late = await read(server.characters * 0.9);
      expect(late.heapGrowth - start.heapGrowth).toBeLessThan(
        bytesPerCharacter * late.characters + besideBytes,
      );
      const whole = await read(Number.POSITIVE_INFINITY);
      expect(whole.characters).toBe(server.characters);
    } finally {
      probe.stdin.end();
      await once(probe, "exit");
      await server.close();
    }
  },
  runs(60_000, 600_000),
);

/** Resolves when a count has stayed the same for a while. */
async function standsStill(count: () => number): Promise<void> {
  for (let [last, same] = [-1, 0]; same < 10; same += 1) {
    await sleep(20);
    if (count() !== last) [last, same] = [count(), 0];
  }
}
