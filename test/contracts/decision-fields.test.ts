import { describe, expect, it, vi } from "vitest";
import { parseDecisionLine } from "../../evals/data/decisions/decision-line.ts";
import { always, threshold } from "../../policies/index.ts";
import { attemptFields, candidateFields, decisionFields } from "../../src/contracts/decision-fields.ts";
import type { Field, Fields } from "../../src/contracts/fields.ts";
import { createRouter, type RouterEvent } from "../../src/index.ts";
import { readOptions } from "../../src/plugin/index.ts";
import { freezeEvent } from "../../src/router/life/freeze-event.ts";
import { isFrozenData } from "../../src/router/log/is-frozen-data.ts";
import { type LineOptions, type Logged, lineMaker, lineOptions } from "../../src/router/log/log-line.ts";
import { fakeModel } from "../../src/testing/index.ts";

/** Adds facts that no code knows to the descriptions, and nothing else. */
vi.mock("../../src/contracts/decision-fields.ts", async (original) => {
  const given = await original<typeof import("../../src/contracts/decision-fields.ts")>();
  const weather: Fields = { sky: { kind: "data" }, station: { kind: "name" } };
  const within = (field: Field, of: Fields): Field => ({ ...field, of });
  const decision: Fields = given.decisionFields;
  const candidate = { ...given.candidateFields, ...weather };
  const facts = { ...given.recordedFactsFields, station: { kind: "text", personal: true } };
  return {
    ...given,
    candidateFields: candidate,
    attemptFields: { ...given.attemptFields, ...weather },
    recordedFactsFields: facts,
    decisionFields: {
      ...decision,
      ...weather,
      candidates: within(decision["candidates"] as Field, candidate),
      request: within(decision["request"] as Field, facts as Fields),
    },
  };
});

const sky = () => ({ clouds: [{ cover: 0.5 }] });
const policy = threshold({ small: "small", large: "large", at: 0.5 });
const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 2 };
const models = { small: fakeModel({ model: "s", price }), large: fakeModel({ model: "l", price }) };

async function eventOf(more: object): Promise<RouterEvent> {
  const events: RouterEvent[] = [];
  const router = createRouter({ models, policy, onEvent: (event) => void events.push(event) });
  await router.route("What is the weather?");
  const found = events.find((event) => event.type === "request-completed");
  // Those that are frozen are copied: without their functions.
  const { decision, attempts } = JSON.parse(JSON.stringify(found));
  const [candidate, ...candidates] = decision.candidates;
  return {
    ...found,
    decision: {
      ...decision,
      ...more,
      request: { ...decision.request, station: "Zugspitze" },
      candidates: [{ ...candidate, ...more }, ...candidates],
    },
    attempts: [{ ...attempts[0], ...more }],
  } as RouterEvent;
}

function lineOf(event: RouterEvent, options: object = {}) {
  const given: LineOptions = { hashKey: "k", ...options };
  const read = readOptions("decisionLog", lineOptions, given);
  return JSON.parse(lineMaker("decisionLog", read)(event as Logged));
}

const refuse = (field: string, problem: string): never => {
  throw new Error(`${field} ${problem}`);
};

describe("a fact that is described and nothing else", () => {
  it("is frozen with all that it holds, in decisions, candidates and attempts", async () => {
    const [own, candidate, attempt] = [sky(), sky(), sky()];
    const event = (await eventOf({ sky: own })) as Extract<RouterEvent, { type: "request-completed" }>;
    Object.assign(event.decision.candidates[0] ?? {}, { sky: candidate });
    Object.assign(event.attempts[0] ?? {}, { sky: attempt });
    freezeEvent(event);
    for (const one of [own, candidate, attempt]) expect(Object.isFrozen(one.clouds[0])).toBe(true);
  });

  it("is in the line, and is read from it", async () => {
    const line = lineOf(await eventOf({ sky: sky(), station: "north" }));
    expect(parseDecisionLine(line, refuse)).toMatchObject({
      sky: sky(),
      candidates: [{ sky: sky(), station: "north" }, {}],
      attempts: [{ sky: sky() }],
    });
  });

  it("is refused by its name and place where it is another thing", async () => {
    const read = (line: unknown) => () => parseDecisionLine(line, refuse);
    const line = lineOf(await eventOf({}));
    expect(read({ ...line, station: "" })).toThrow("station must be a non-empty string");
    expect(read({ ...line, candidates: [{ model: "a", sky: 3 }] })).toThrow(
      "candidates[0].sky must be an object or an array",
    );
    expect(read({ ...line, attempts: [...line.attempts, { ...line.attempts[0], station: 1 }] })).toThrow(
      "attempts[1].station must be a non-empty string",
    );
    for (const policy of [[], 3])
      expect(read({ ...line, policy })).toThrow("policy must be an object { name, parameters }");
    expect(read({ ...line, versions: [] })).toThrow("versions must be an object");
  });

  it("can be hashed in a log if it is personal", async () => {
    const { request } = lineOf(await eventOf({}), { hash: ["station"] });
    expect(request.station).toMatch(/^hmac:/);
    const event = await eventOf({});
    for (const hash of [["sky"], ["station.x"], ["labels."]])
      expect(() => lineOf(event, { hash })).toThrow("decisionLog.hash must be");
  });
});

it("describes all that a router records, so that it is frozen and its lines are read", async () => {
  const events: RouterEvent[] = [];
  const router = createRouter({
    models,
    policy: always("small"),
    budgets: [{ limitUsd: 5, period: "day" }],
    onEvent: (event) => void events.push(event),
  });
  await router.route({ messages: [{ role: "user", content: "Hi" }], session: "s", labels: { a: "b" } });
  const completed = events.find((event) => event.type === "request-completed");
  const { decision, attempts = [] } = completed ?? {};
  expect(Object.keys(decision ?? {}).filter((key) => !Object.hasOwn(decisionFields, key))).toEqual([]);
  for (const one of attempts)
    expect(Object.keys(one).filter((key) => !Object.hasOwn(attemptFields, key))).toEqual([]);
  for (const one of decision?.candidates ?? [])
    expect(Object.keys(one).filter((key) => !Object.hasOwn(candidateFields, key))).toEqual([]);
  expect([decision, attempts].map((one) => isFrozenData(one))).toEqual([true, true]);
  const line = lineOf(completed as RouterEvent);
  expect(parseDecisionLine(line, refuse)).toEqual(line);
});

it.each<[string, object, string]>([
  ["a candidate that is none", { candidates: [null] }, "candidates[0] must be an object"],
  ["an empty plan", { plan: [] }, "plan must be a non-empty array"],
  ["an attempt without a name", { attempts: [{ model: "a", hop: "answer" }] }, "attempts[0].name must be"],
  [
    "a verdict in words",
    { attempts: [{ model: "a", name: "a", hop: "answer", check: { accepted: "no" } }] },
    "attempts[0].check.accepted must be true or false",
  ],
  [
    "a cost in words",
    { attempts: [{ model: "a", name: "a", hop: "answer", costUsd: "1" }] },
    "attempts[0].costUsd must be a number of at least 0",
  ],
  ["a session that is a number", { request: { session: 3 } }, "request.session must be a string"],
])("a line with %s is refused", async (_, change, message) => {
  const line = { ...lineOf(await eventOf({})), ...change };
  expect(() => parseDecisionLine(line, refuse)).toThrow(message);
});
