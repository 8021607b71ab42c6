import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { askedMs, createPause, noteAnswer, noteRefusal, pauseMs } from "../../../src/router/limits/pause.ts";
import { runs } from "../../support/runs.ts";
import { runLimitedWorld, share } from "../../support/state/limited-world.ts";

const begun = (order: number) => ({ begunAt: 0, order });
const coolDownMs = 1_000;

describe("a pause that a provider asks for", () => {
  function asked() {
    const pause = createPause();
    noteRefusal(pause, begun(10), true, { retryAfterMs: 5_000, coolDownMs }, 0);
    return pause;
  }

  it("lasts, whatever is answered of the calls that began before", () => {
    const pause = asked();
    for (let order = 0; order <= 10; order += 1) noteAnswer(pause, begun(order), 100);
    for (let order = 11; order < 26; order += 1) noteAnswer(pause, begun(order), 100);
    expect([askedMs(pause, 100), pauseMs(pause, 100)]).toEqual([4_900, 4_900]);
  });

  it("ends when the endpoint answers many calls that began later", () => {
    const pause = asked();
    for (let order = 11; order < 27; order += 1) noteAnswer(pause, begun(order), 100);
    expect([askedMs(pause, 100), pauseMs(pause, 100)]).toEqual([0, 0]);
  });

  it("lasts if many of the later calls met a limit as well, and is never shortened", () => {
    const pause = asked();
    for (let order = 11; order < 15; order += 1)
      noteRefusal(pause, begun(order), true, { retryAfterMs: 100, coolDownMs }, 100);
    for (let order = 15; order < 46; order += 1) noteAnswer(pause, begun(order), 100);
    expect(askedMs(pause, 100)).toBe(4_900);
    noteAnswer(pause, begun(46), 100);
    expect(askedMs(pause, 100)).toBe(0);
  });
});

describe("a pause that a busy provider asks for", () => {
  /** An endpoint that has answered this many calls in the last second. */
  function answering(calls: number, at = 500) {
    const pause = createPause();
    for (let order = 1; order <= calls; order += 1) noteAnswer(pause, begun(order), at);
    return pause;
  }
  const ask = (pause: ReturnType<typeof createPause>, now: number) =>
    noteRefusal(pause, begun(1_000), true, { retryAfterMs: 5_000, coolDownMs }, now);

  it("does not bind all while it answers eight times as many calls as it refuses", () => {
    const pause = answering(40);
    for (let call = 0; call < 5; call += 1) ask(pause, 1_500);
    expect(askedMs(pause, 1_500)).toBe(0);
    ask(pause, 1_500);
    expect(askedMs(pause, 1_500)).toBe(5_000);
  });

  it.each([
    ["it has answered few", answering(31), 900],
    ["that was two seconds ago", answering(1_000), 2_000],
  ])("binds all if %s", (_, pause, now) => {
    ask(pause, now);
    expect(askedMs(pause, now)).toBe(5_000);
  });
});

it("a rate limit without Retry-After pauses an endpoint only if a fifth of the latest calls met one", () => {
  const pause = createPause();
  for (let order = 1; order <= 100; order += 1) noteAnswer(pause, begun(order), 0);
  const meet = (order: number) =>
    noteRefusal(pause, begun(order), true, { retryAfterMs: undefined, coolDownMs }, 0);
  for (let order = 101; order <= 107; order += 1) meet(order);
  expect(pauseMs(pause, 0)).toBe(0);
  meet(108);
  expect([pauseMs(pause, 0), askedMs(pause, 0)]).toEqual([1_000, 0]);
});

describe("next to a second endpoint", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each([10, 100, 1_000])(
    "few rate limits at %i requests a second move hardly any traffic to it",
    async (perSecond) => {
      const run = await runLimitedWorld({
        perSecond,
        seconds: runs(1_000, 20_000) / perSecond,
        refuses: share(0.02),
        second: true,
      });
      expect(run.answered).toBe(run.sent);
      expect(run.served).toBeGreaterThan(0.9 * 0.98 * run.sent);
    },
  );
});
