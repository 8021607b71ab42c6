import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { workerDashboard } from "../../cli/worker-dashboard.ts";
import type { WorkerLink } from "../../cli/worker-link.ts";
import type { FromWorker, ToWorker } from "../../cli/worker-messages.ts";
import { always } from "../../policies/index.ts";
import { createRouter } from "../../src/index.ts";
import { recordRouter } from "../../src/serve/status/dashboard.ts";
import { fakeModel } from "../../src/testing/index.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] }));
afterEach(() => void vi.useRealTimers());

/** The way of a worker, whose messages are kept. */
function heldLink() {
  const sent: FromWorker[] = [];
  const listeners = new Set<(message: ToWorker) => void>();
  const link: WorkerLink = {
    send: (message) => void sent.push(message),
    onMessage(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ask: () => Promise.reject(new Error("no answer in time")),
  };
  const answer = (message: ToWorker) => {
    for (const listener of listeners) listener(message);
  };
  const requests = () =>
    sent.map((message) => ("recorded" in message ? (message.recorded.part?.requests ?? 0) : Number.NaN));
  return { link, answer, requests };
}

it("a worker tells what it has recorded within a tenth of a second, and more when that is noted", async () => {
  const { link, answer, requests } = heldLink();
  const worker = workerDashboard(link);
  const router = createRouter({ models: { small: fakeModel() }, policy: always("small") });
  worker.follow(recordRouter(router, {}, worker.tap));
  for (let count = 0; count < 3; count += 1) await router.route("Hello");
  vi.advanceTimersByTime(100);
  expect(requests()).toEqual([3]);
  // The other process stands still: what is new is gathered, and no message.
  for (let count = 0; count < 40; count += 1) {
    await router.route("Hello");
    vi.advanceTimersByTime(1_000);
  }
  expect(requests()).toEqual([3]);
  answer({ noted: { epoch: "e", changes: 1, isWatched: false } });
  vi.advanceTimersByTime(100);
  expect(requests()).toEqual([3, 40]);
  worker.close();
  await router.close();
});

it("a worker with nothing to tell asks what others have every half second while a page looks, else every five", () => {
  const { link, answer, requests } = heldLink();
  const worker = workerDashboard(link);
  const router = createRouter({ models: { small: fakeModel() }, policy: always("small") });
  worker.follow(recordRouter(router, {}, worker.tap));
  const sentWithin = (ms: number, isWatched: boolean) => {
    const before = requests().length;
    for (let at = 0; at < ms; at += 100) {
      answer({ noted: { epoch: "e", changes: 1, isWatched } });
      vi.advanceTimersByTime(100);
    }
    return requests().length - before;
  };
  sentWithin(10_000, false);
  expect(sentWithin(20_000, false)).toBeLessThanOrEqual(5);
  expect(sentWithin(20_000, true)).toBeLessThanOrEqual(60);
  expect(worker.served.changes).toBe(1);
  worker.close();
});
