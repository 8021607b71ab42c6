import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Feed } from "../../../src/serve/http/page/feed.ts";
import type { ServedDashboard } from "../../../src/serve/http/page/served-dashboard.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A recording of which a test says what it holds. */
function recording() {
  const asked: { seq: number; statesSeq: number }[] = [];
  const state = { changes: 0, seq: 0, fails: false };
  const dashboard: ServedDashboard = {
    epoch: "e",
    get changes() {
      return state.changes;
    },
    async frame({ seq, statesSeq }) {
      asked.push({ seq, statesSeq });
      if (state.fails) throw new Error("no");
      return { seq: state.seq, statesSeq: 3 };
    },
  };
  return { dashboard, asked, state };
}

function feedOf(dashboard: ServedDashboard, lastEventId: string | null = null) {
  let ends = 0;
  const onEnd = () => {
    ends += 1;
  };
  return { feed: new Feed(dashboard, { window: "1h", lastEventId, onEnd }), ends: () => ends };
}

it("sends a frame at once, the next one half a second later, and none while nothing happens but one in five seconds", async () => {
  const { dashboard, asked, state } = recording();
  const { feed } = feedOf(dashboard);
  state.seq = 4;
  expect((await feed.next()).value).toBe('id: e/4\ndata: {"seq":4,"statesSeq":3}\n\n');
  state.changes = 1;
  let second: unknown;
  feed.next().then((step) => {
    second = step;
  });
  await vi.advanceTimersByTimeAsync(499);
  expect(second).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(second).toMatchObject({ done: false });
  let third: unknown;
  feed.next().then((step) => {
    third = step;
  });
  await vi.advanceTimersByTimeAsync(4_999);
  expect(third).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(third).toMatchObject({ done: false });
  expect(asked).toEqual([
    { seq: 0, statesSeq: 0 },
    { seq: 4, statesSeq: 3 },
    { seq: 4, statesSeq: 3 },
  ]);
  await feed.return();
});

it("ends a page that takes nothing for 30 seconds, and not one that waits", async () => {
  const { dashboard } = recording();
  const stalled = feedOf(dashboard);
  await stalled.feed.next();
  await vi.advanceTimersByTimeAsync(29_999);
  expect(stalled.ends()).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(stalled.ends()).toBe(1);
  expect(await stalled.feed.next()).toEqual({ done: true, value: undefined });
  const never = feedOf(dashboard);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(never.ends()).toBe(1);
});

it("ends a read under way, once, and makes room when a recording fails", async () => {
  const { dashboard, state } = recording();
  const { feed, ends } = feedOf(dashboard);
  await feed.next();
  const reading = feed.next();
  await feed.return();
  await feed.return();
  expect(await reading).toEqual({ done: true, value: undefined });
  expect(ends()).toBe(1);
  state.fails = true;
  const failing = feedOf(dashboard);
  await expect(failing.feed.next()).rejects.toThrow("no");
  expect(failing.ends()).toBe(1);
});
