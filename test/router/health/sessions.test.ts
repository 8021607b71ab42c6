import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SessionsState } from "../../../src/contracts/index.ts";
import { createSessions } from "../../../src/router/health/sessions.ts";

const usage = { inputTokens: 40_000, outputTokens: 500 };
const answer = { model: "large", usage, at: 1_000 };
const named = (session: string, tenant?: string) => ({ session, tenant, toolLoopPending: false });

describe("sessions", () => {
  it("say which model answered last, how often, how long ago, and what is cached", () => {
    const sessions = createSessions();
    expect(sessions.read(named("s"), 5_000)).toBeUndefined();
    sessions.record(undefined, "s", { ...answer, model: "small" });
    sessions.record(undefined, "s", answer);
    expect(sessions.read({ session: "s", toolLoopPending: true }, 61_000)).toEqual({
      model: "large",
      turns: 2,
      idleMs: 60_000,
      cachedTokens: 40_500,
      toolLoopPending: true,
    });
  });

  it("are idle for no time if the clock was set back", () => {
    const sessions = createSessions();
    sessions.record(undefined, "s", answer);
    expect(sessions.read(named("s"), 0)?.idleMs).toBe(0);
  });

  it.each([
    ["no usage", undefined, 0],
    ["a prompt too short for a cache", { inputTokens: 900, outputTokens: 100 }, 0],
    ["reads alone: the provider caches all it has seen", { ...usage, cachedInputTokens: 30_000 }, 40_500],
    [
      "writes reported: reads and writes",
      { ...usage, cachedInputTokens: 30_000, cacheWriteTokens: 8_000 },
      38_000,
    ],
    [
      "writes reported as none: there is no cache",
      { ...usage, cachedInputTokens: 0, cacheWriteTokens: 0 },
      0,
    ],
  ])("count as cached what the usage says: %s", (_, returned, cachedTokens) => {
    const sessions = createSessions();
    sessions.record(undefined, "s", { ...answer, usage: returned });
    expect(sessions.read(named("s"), 1_000)?.cachedTokens).toBe(cachedTokens);
  });

  it("belong to one tenant, however the ids are written", () => {
    const part = fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom("a", "1", ":", "-", "\0") });
    const pair = fc.tuple(fc.option(part, { nil: undefined }), part);
    fc.assert(
      fc.property(pair, pair, ([tenant, session], [otherTenant, otherSession]) => {
        fc.pre(tenant !== otherTenant || session !== otherSession);
        const sessions = createSessions();
        sessions.record(tenant, session, answer);
        expect(sessions.read(named(session, tenant), 0)?.turns).toBe(1);
        expect(sessions.read(named(otherSession, otherTenant), 0)).toBeUndefined();
      }),
    );
  });

  it("are forgotten least recently used first", () => {
    const sessions = createSessions({ maxSessions: 2 });
    for (const session of ["a", "b", "a", "c"]) sessions.record(undefined, session, answer);
    expect(["a", "b", "c"].map((session) => sessions.read(named(session), 0)?.turns)).toEqual([
      2,
      undefined,
      1,
    ]);
  });

  it("survive as JSON, except for those of models that are gone", () => {
    const sessions = createSessions();
    sessions.record("t", "a", answer);
    sessions.record(undefined, "b", { ...answer, model: "retired" });
    const state = JSON.parse(JSON.stringify(sessions.exportState())) as SessionsState;
    const restored = createSessions();
    restored.restoreState(state, ["small", "large"], 2_000);
    expect(restored.read(named("a", "t"), 2_000)).toEqual(sessions.read(named("a", "t"), 2_000));
    expect(restored.read(named("b"), 2_000)).toBeUndefined();
  });

  it("grow idle even if the clock that wrote them was ahead", () => {
    const sessions = createSessions();
    sessions.record("t", "a", { ...answer, at: 1e12 });
    const restored = createSessions();
    restored.restoreState(sessions.exportState(), ["small", "large"], 1_000);
    expect(restored.read(named("a", "t"), 5_000)?.idleMs).toBe(4_000);
  });

  it.each([
    [null, "state.sessions"],
    [{ formatVersion: 2, sessions: [] }, "state.sessions"],
    [{ formatVersion: 1, sessions: [null] }, "state.sessions.sessions[0].session"],
    [
      {
        formatVersion: 1,
        sessions: [{ session: "s", model: "m", turns: -1, lastUsedAt: 0, cachedTokens: 0 }],
      },
      "state.sessions.sessions[0].turns",
    ],
  ])("refuse a state that was not exported: %j", (state, option) => {
    const restore = () => createSessions().restoreState(state as unknown as SessionsState, [], 0);
    expect(restore).toThrow(expect.objectContaining({ code: "invalid-option", option }));
  });
});
