import fc from "fast-check";
import { expect, it } from "vitest";
import { loggedEntry } from "../../../cli/watch/logged-request.ts";
import { createRecorder } from "../../../src/serve/status/recorder.ts";
import { runs } from "../../support/runs.ts";

const line = {
  id: "d1",
  at: "2026-11-27T12:00:00Z",
  model: "small",
  plan: [{ model: "small", unless: "json" }, { model: "large" }],
  fallbacks: ["large", 7],
  request: { tenant: "secret", session: "secret" },
  prompt: "secret",
  candidates: [
    { model: "small", permitted: true, estimatedCostUsd: 0.1, estimatedQuality: 0.9 },
    {
      model: "large",
      permitted: "residency: no",
      members: [{ endpoint: "e", permitted: true, load: { running: 2 } }],
    },
  ],
  classification: { complexity: 0.4, signals: { secret: 1 } },
  arms: [{ comparison: "hold-out", arm: "routed", share: 0.9, unitHash: "ab", draw: 0.2 }],
  budgets: [{ name: "day", unit: "usd", used: 1, limit: 2, owner: "secret" }],
  reason: "below",
  propensity: 0.5,
  forced: false,
  certified: true,
  attempts: [
    {
      id: "secret",
      model: "small",
      name: "secret",
      hop: "answer",
      latencyMs: 5,
      costUsd: 0.01,
      error: { code: "provider", kind: "timeout", message: "secret" },
    },
  ],
  latencyMs: 9,
  error: { code: "all-models-failed", message: "secret" },
};

it("has what the page shows, and nothing else of a line", () => {
  const entry = loggedEntry(line);
  expect(entry).toEqual({
    at: Date.parse("2026-11-27T12:00:00Z"),
    request: {
      decision: {
        id: "d1",
        at: "2026-11-27T12:00:00Z",
        model: "small",
        plan: [{ model: "small" }, { model: "large" }],
        fallbacks: ["large"],
        candidates: [
          { model: "small", permitted: true, estimatedCostUsd: 0.1, estimatedQuality: 0.9 },
          {
            model: "large",
            permitted: "residency: no",
            members: [{ endpoint: "e", permitted: true, load: { ageMs: 0, running: 2 } }],
          },
        ],
        classification: { complexity: 0.4 },
        arms: [{ comparison: "hold-out", arm: "routed", share: 0.9, unitHash: "ab", draw: 0 }],
        budgets: [{ name: "day", unit: "usd", used: 1, limit: 2 }],
        reason: "below",
        propensity: 0.5,
        forced: false,
        certified: true,
      },
      attempts: [
        {
          model: "small",
          hop: "answer",
          latencyMs: 5,
          costUsd: 0.01,
          error: { code: "provider", kind: "timeout" },
        },
      ],
      latencyMs: 9,
      error: { code: "all-models-failed" },
    },
  });
  expect(JSON.stringify(entry)).not.toContain("secret");
});

it("reads the line of a call that belongs to no request", () => {
  const attempt = {
    model: "judge",
    hop: "check",
    startedAt: "2026-11-27T12:00:00Z",
    latencyMs: 3,
    costUsd: 0.2,
  };
  expect(loggedEntry({ decisionId: "d", attempt })).toEqual({
    at: Date.parse("2026-11-27T12:00:00Z"),
    attempt: { model: "judge", hop: "check", latencyMs: 3, costUsd: 0.2 },
  });
});

it("finds nothing in what is no line of a decision log", () => {
  for (const other of [
    null,
    1,
    "x",
    [],
    {},
    { plan: [] },
    { ...line, at: "soon" },
    { ...line, model: 7 },
    { attempt: {} },
  ])
    expect(loggedEntry(other)).toBeUndefined();
});

it("takes any JSON in place of a field without an error, and a recording takes what it returns", () => {
  const fields = Object.keys(line);
  fc.assert(
    fc.property(fc.constantFrom(...fields), fc.jsonValue(), (field, value) => {
      const recorder = createRecorder();
      const entry = loggedEntry({ ...line, [field]: value });
      if (entry !== undefined && "request" in entry) recorder.add(entry.at, entry.request);
      const rows = recorder.rows(0, 1);
      expect(JSON.parse(JSON.stringify(rows))).toEqual(rows);
    }),
    { numRuns: runs(300, 10_000) },
  );
});
