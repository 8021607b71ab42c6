import { expect, it } from "vitest";
import {
  initialState,
  next,
  type PlanEvent,
  type PlanInput,
  type PlanState,
} from "../../../../src/router/call/plan/index.ts";
import { printRun, throughJson } from "../../../support/execution/print-run.ts";

const input: PlanInput = {
  requestId: "7f3a",
  plan: [
    { model: "small", check: "finish-reason" },
    { model: "medium", check: "finish-reason" },
    { model: "large" },
  ],
  fallbacks: ["medium", "large", "other", "spare"],
  deadlineAt: 60_000,
  rules: {
    retries: 2,
    fallback: true,
    backoffBaseMs: 500,
    backoffCapMs: 8_000,
    retryAfterCapMs: 20_000,
    windows: { small: 128_000, medium: 128_000, large: 200_000 },
  },
};

/** Rate-limited, retried and delayed by its rate; a fallback's answer refused; a breaker; a stream that a hedge overtakes. */
const events: readonly PlanEvent[] = [
  { type: "begin", at: 0 },
  { type: "accepted", attemptId: "7f3a/1", at: 0 },
  {
    type: "failed",
    attemptId: "7f3a/1",
    at: 400,
    kind: "rate-limit",
    retryable: true,
    retryAfterMs: 2_000,
    holdMs: 1_000,
    delivered: false,
    draw: 0.5,
  },
  { type: "accepted", attemptId: "7f3a/2", at: 400 },
  {
    type: "refused",
    attemptId: "7f3a/2",
    at: 2_400,
    stage: "limits",
    reason: "its limit of 10 requests per minute is reached; there is room again in 6000 ms",
    waitMs: 6_000,
    rate: true,
  },
  { type: "accepted", attemptId: "7f3a/3", at: 2_400 },
  { type: "answered", attemptId: "7f3a/3", at: 3_900, verdict: "refused" },
  {
    type: "refused",
    attemptId: "7f3a/4",
    at: 3_900,
    stage: "admission",
    reason: "its breaker is open (server failures)",
  },
  { type: "accepted", attemptId: "7f3a/5", at: 3_900 },
  { type: "late", attemptId: "7f3a/5", at: 5_900 },
  { type: "accepted", attemptId: "7f3a/6", at: 5_900 },
  { type: "first-content", attemptId: "7f3a/6", at: 6_300 },
  { type: "answered", attemptId: "7f3a/6", at: 8_100, verdict: "accepted" },
];

const expected = `{"type":"begin","at":0}
  {"step":"propose","attemptId":"7f3a/1","model":"small","hop":"answer","place":0,"delayMs":0}
  ~ {"open":[{"step":"propose","attemptId":"7f3a/1","model":"small","hop":"answer","place":0,"delayMs":0}],"proposed":1}
{"type":"accepted","attemptId":"7f3a/1","at":0}
  ~ {"open":[],"running":[{"step":"propose","attemptId":"7f3a/1","model":"small","hop":"answer","place":0,"delayMs":0}],"tried":["small"]}
{"type":"failed","attemptId":"7f3a/1","at":400,"kind":"rate-limit","retryable":true,"retryAfterMs":2000,"holdMs":1000,"delivered":false,"draw":0.5}
  {"step":"propose","attemptId":"7f3a/2","model":"small","hop":"retry","place":0,"delayMs":2000,"sparing":true}
  ~ {"lastFailure":"7f3a/1","open":[{"step":"propose","attemptId":"7f3a/2","model":"small","hop":"retry","place":0,"delayMs":2000,"sparing":true}],"proposed":2,"running":[],"search":{"hop":"fallback","cause":"failure","refused":[],"retry":{"model":"small","place":0,"delayMs":2000}}}
{"type":"accepted","attemptId":"7f3a/2","at":400}
  ~ {"open":[],"retries":{"small":1},"running":[{"step":"propose","attemptId":"7f3a/2","model":"small","hop":"retry","place":0,"delayMs":2000,"sparing":true}],"search":null}
{"type":"refused","attemptId":"7f3a/2","at":2400,"stage":"limits","reason":"its limit of 10 requests per minute is reached; there is room again in 6000 ms","waitMs":6000,"rate":true}
  {"step":"propose","attemptId":"7f3a/3","model":"medium","hop":"fallback","place":1,"delayMs":0}
  ~ {"open":[{"step":"propose","attemptId":"7f3a/3","model":"medium","hop":"fallback","place":1,"delayMs":0}],"passedOver":{"small":"its limit of 10 requests per minute is reached; there is room again in 6000 ms"},"place":1,"proposed":3,"running":[],"search":{"hop":"fallback","cause":"limits","refused":[],"heldUp":"small"},"setAside":[{"model":"small","hop":"retry","place":0,"readyAt":8400}]}
{"type":"accepted","attemptId":"7f3a/3","at":2400}
  ~ {"open":[],"running":[{"step":"propose","attemptId":"7f3a/3","model":"medium","hop":"fallback","place":1,"delayMs":0}],"search":null,"tried":["small","medium"]}
{"type":"answered","attemptId":"7f3a/3","at":3900,"verdict":"refused"}
  {"step":"propose","attemptId":"7f3a/4","model":"large","hop":"cascade","place":2,"delayMs":0}
  ~ {"open":[{"step":"propose","attemptId":"7f3a/4","model":"large","hop":"cascade","place":2,"delayMs":0}],"place":2,"proposed":4,"running":[],"search":{"hop":"cascade","cause":"verdict","refused":[]}}
{"type":"refused","attemptId":"7f3a/4","at":3900,"stage":"admission","reason":"its breaker is open (server failures)"}
  {"step":"propose","attemptId":"7f3a/5","model":"other","hop":"cascade","delayMs":0}
  ~ {"open":[{"step":"propose","attemptId":"7f3a/5","model":"other","hop":"cascade","delayMs":0}],"proposed":5,"setAside":[{"model":"small","hop":"retry","place":0,"readyAt":8400},{"model":"large","hop":"cascade","place":2,"readyAt":3900}],"tried":["small","medium","large"]}
{"type":"accepted","attemptId":"7f3a/5","at":3900}
  ~ {"open":[],"running":[{"step":"propose","attemptId":"7f3a/5","model":"other","hop":"cascade","delayMs":0}],"search":null,"tried":["small","medium","large","other"]}
{"type":"late","attemptId":"7f3a/5","at":5900}
  {"step":"propose","attemptId":"7f3a/6","model":"spare","hop":"hedge","delayMs":0,"beside":true}
  ~ {"open":[{"step":"propose","attemptId":"7f3a/6","model":"spare","hop":"hedge","delayMs":0,"beside":true}],"proposed":6}
{"type":"accepted","attemptId":"7f3a/6","at":5900}
  ~ {"hedged":true,"open":[],"running":[{"step":"propose","attemptId":"7f3a/5","model":"other","hop":"cascade","delayMs":0},{"step":"propose","attemptId":"7f3a/6","model":"spare","hop":"hedge","delayMs":0,"beside":true}],"tried":["small","medium","large","other","spare"]}
{"type":"first-content","attemptId":"7f3a/6","at":6300}
  {"step":"abandon","attemptId":"7f3a/5"}
  ~ {"running":[{"step":"propose","attemptId":"7f3a/6","model":"spare","hop":"hedge","delayMs":0,"beside":true}]}
{"type":"answered","attemptId":"7f3a/6","at":8100,"verdict":"accepted"}
  {"step":"answer","attemptId":"7f3a/6"}
  ~ {"over":true,"running":[]}
= {"hedged":true,"lastFailure":"7f3a/1","notHedged":[],"open":[],"over":true,"passedOver":{"small":"its limit of 10 requests per minute is reached; there is room again in 6000 ms"},"place":2,"proposed":6,"retries":{"small":1},"running":[],"setAside":[{"model":"small","hop":"retry","place":0,"readyAt":8400},{"model":"large","hop":"cascade","place":2,"readyAt":3900}],"tried":["small","medium","large","other","spare"]}`;

it("a run can be printed whole: events, steps and states are plain JSON", () => {
  expect(printRun(input, events).join("\n")).toBe(expected);
});

it("a run goes on from any of its states as if it had not been stored in between", () => {
  const whole = printRun(input, events).join("\n");
  let state: PlanState = initialState;
  for (const [index, event] of events.entries()) {
    const rest = printRun(throughJson(input), throughJson(events.slice(index)), throughJson(state));
    expect(whole.endsWith(rest.join("\n"))).toBe(true);
    state = next(input, state, event).state;
  }
  expect(state.over).toBe(true);
});
