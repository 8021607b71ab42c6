import { describe, expect, it } from "vitest";
import { type Completion, isRouterError } from "../../../src/contracts/index.ts";
import type { Account, Admission, Pass, Refusal } from "../../../src/contracts/ports/index.ts";
import { openAccount } from "../../../src/router/budget/account.ts";
import { chatCall } from "../../../src/router/call/chat-call.ts";
import { callDirectly, directPlan } from "../../../src/router/call/direct-call.ts";
import { generate } from "../../../src/router/call/generate.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { executionFor } from "../../support/execution/execution-for.ts";

/** Answers of the ports about one call. An absent one permits it. */
interface Answers {
  /** Answers of the constraints, one after the other; the last one stays. */
  readonly permits?: readonly (true | string)[];
  readonly fits?: Refusal;
  readonly reserve?: () => true | Refusal | Promise<true | Refusal>;
  /** True if `reserve` takes the money, by a promise. */
  readonly keeps?: boolean;
  readonly shared?: () => true | Refusal | Promise<true | Refusal>;
  readonly headroom?: number | Refusal;
  readonly queue?: boolean | Refusal;
  readonly queueTimeoutMs?: number;
  readonly beginMs?: number;
  readonly deadlineMs?: number;
  /** Step in which the caller aborts. */
  readonly abortIn?: string;
}

/** One call of each kind with these answers: the steps that it took, what it gave back, and its end. */
async function run(kind: "planned" | "direct", answers: Answers) {
  const steps: string[] = [];
  const held = new Set<string>();
  const controller = new AbortController();
  const step = (name: string) => {
    steps.push(name);
    if (answers.abortIn === name) controller.abort(new Error("the caller left"));
  };
  let asked = -1;
  const pass: Pass = {
    queueTimeoutMs: answers.queueTimeoutMs ?? 5,
    onRateLimit: undefined,
    reserveShared: () => {
      step("shared");
      return answers.shared?.() ?? true;
    },
    headroom: () => {
      step("headroom");
      return answers.headroom ?? 0;
    },
    queue: () => {
      step("queue");
      return answers.queue ?? true;
    },
    begin: () => {
      step("begin");
      return answers.beginMs ?? 0;
    },
    paused: () => undefined,
    end: () => void held.delete("place"),
  };
  const admission: Admission = {
    noteRequest: () => {},
    ask: () => true,
    holdMs: () => 0,
    lateAfterMs: () => undefined,
    enter: () => {
      step("enter");
      held.add("place");
      return pass;
    },
  };
  const account: Account = {
    ...openAccount({}),
    left: () => undefined,
    fits: () => {
      step("fits");
      return answers.fits ?? true;
    },
    reserve: () => {
      step("reserve");
      const reserved = answers.reserve?.() ?? true;
      // A store may have kept it, although its answer comes too late.
      if (reserved === true || answers.keeps === true) held.add("money");
      return reserved;
    },
    settle: () => void held.delete("money"),
    release: () => void held.delete("money"),
    reached: () => ({ limitUsd: 1 }),
  };
  let calls = 0;
  const skipped: string[] = [];
  const execution = executionFor({
    models: {
      m: fakeModel({
        model: "m",
        answer: () => {
          calls += 1;
          return "fine";
        },
      }),
    },
    permits: () => {
      step("constraint");
      asked += 1;
      const all = answers.permits ?? [true];
      return all[Math.min(asked, all.length - 1)] ?? true;
    },
    admission,
    account,
    signal: controller.signal,
    deadlineMs: answers.deadlineMs,
    options: { retryAfterCapMs: 40 },
    skipped: (id, hop) => skipped.push(`${id} ${hop}`),
  });
  const made: Promise<Completion> =
    kind === "planned"
      ? generate(execution)
      : callDirectly({ ...execution, ...directPlan("m", "check") }, chatCall);
  const end = await made.then(
    () => "answered",
    (error: unknown) => (isRouterError(error) ? error.code : (error as Error).message),
  );
  return { steps, end, held: [...held], calls, skipped, ids: execution.attempts.map(({ id }) => id) };
}

const no = (by: Refusal["by"], waitMs?: number): Refusal => ({ by, reason: "no", waitMs });
const later = <T>(value: T) => Promise.resolve().then(() => value);

/** Every reason why a call may not be made, with the steps that it takes until then, and its end. */
const refusals: readonly [name: string, answers: Answers, steps: string, end: string][] = [
  ["a constraint", { permits: ["no"] }, "constraint", "no-eligible-model"],
  ["money", { fits: no("budget") }, "constraint fits", "budget-exceeded"],
  ["a reservation", { reserve: () => no("budget") }, "constraint fits reserve", "budget-exceeded"],
  [
    "a reservation in a store",
    { reserve: () => later(no("budget")) },
    "constraint fits reserve",
    "budget-exceeded",
  ],
  [
    "a store that fails",
    { reserve: () => Promise.reject(new Error("down")) },
    "constraint fits reserve",
    "budget-exceeded",
  ],
  [
    "a constraint after the wait for a store",
    { permits: [true, "no"], reserve: () => later(true as const), keeps: true },
    "constraint fits reserve constraint",
    "no-eligible-model",
  ],
  [
    "the deadline, which passed while a store was asked",
    {
      deadlineMs: 200,
      keeps: true,
      reserve: () => new Promise((resolve) => setTimeout(resolve, 230, true)),
    },
    "constraint fits reserve",
    "deadline-exceeded",
  ],
  [
    "a rate of all processes",
    { shared: () => later(no("rate", 100)) },
    "constraint fits reserve enter shared",
    "limit-exceeded",
  ],
  [
    "a rate, or a pause, that is too long",
    { headroom: no("pause", 100) },
    "constraint fits reserve enter shared headroom",
    "limit-exceeded",
  ],
  [
    "a full queue",
    { queue: no("queue") },
    "constraint fits reserve enter shared headroom queue",
    "limit-exceeded",
  ],
  [
    "a place that does not come free in time",
    { queue: false },
    "constraint fits reserve enter shared headroom queue",
    "limit-exceeded",
  ],
  [
    "a rate that others used up",
    { beginMs: 100 },
    "constraint fits reserve enter shared headroom queue begin",
    "limit-exceeded",
  ],
  [
    "a constraint after the wait for a rate",
    { permits: [true, "no"], headroom: 1 },
    "constraint fits reserve enter shared headroom queue begin constraint",
    "no-eligible-model",
  ],
  [
    "the deadline, in the queue",
    { deadlineMs: 200, queue: false, queueTimeoutMs: 60_000 },
    "constraint fits reserve enter shared headroom queue",
    "deadline-exceeded",
  ],
  ["the deadline, before all", { deadlineMs: 0 }, "", "deadline-exceeded"],
  [
    "an abort while a store is asked",
    { abortIn: "reserve", reserve: () => later(true as const), keeps: true },
    "constraint fits reserve constraint enter shared headroom queue begin",
    "the caller left",
  ],
  [
    "an abort in the wait for a rate",
    { abortIn: "headroom", headroom: 1 },
    "constraint fits reserve enter shared headroom",
    "the caller left",
  ],
  [
    "an abort in the queue",
    { abortIn: "queue", queue: false },
    "constraint fits reserve enter shared headroom queue",
    "the caller left",
  ],
  [
    "an abort at the last moment",
    { abortIn: "begin" },
    "constraint fits reserve enter shared headroom queue begin",
    "the caller left",
  ],
];

/** Ends that differ, since the plan of an answer says that its models have failed. */
const plannedEnds: Readonly<Record<string, string>> = {
  "a constraint after the wait for a rate": "all-models-failed",
};

describe.each(["planned", "direct"] as const)("a %s call", (kind) => {
  it.each(refusals)("is not made because of %s, and keeps nothing", async (name, answers, steps, end) => {
    const found = await run(kind, answers);
    const expected = kind === "planned" ? (plannedEnds[name] ?? end) : end;
    expect(found).toMatchObject({ end: expected, held: [], calls: 0, ids: [] });
    // A model without room comes again as the last resort of a plan.
    const isAgain = kind === "planned" && found.steps.join(" ") === `${steps} ${steps}`;
    expect(found.steps.join(" ")).toBe(isAgain ? `${steps} ${steps}` : steps);
    if (kind === "direct") expect(found.skipped).toEqual([]);
  });

  it("passes all of them on its way, in this order", async () => {
    expect(await run(kind, {})).toEqual({
      steps: ["constraint", "fits", "reserve", "enter", "shared", "headroom", "queue", "begin"],
      end: "answered",
      held: [],
      calls: 1,
      skipped: [],
      ids: [kind === "planned" ? "request/1" : "request/check-1"],
    });
  });
});

describe("a direct call", () => {
  it("is not refused by an endpoint that others are sent away from", async () => {
    const { attempts, ...execution } = executionFor({
      models: { m: fakeModel({ model: "m" }) },
      breakers: { ask: () => "open", enter: () => "open" },
    });
    await callDirectly({ ...execution, ...directPlan("m", "shadow") }, chatCall);
    expect(attempts.map(({ id, error }) => [id, error])).toEqual([["request/shadow-1", undefined]]);
  });

  it("counts as no request, and its failure draws no number and takes no token", async () => {
    const noted: string[] = [];
    const { attempts, ...execution } = executionFor({
      models: {
        m: fakeModel({
          model: "m",
          answer: () => {
            throw new Error("down");
          },
        }),
        other: fakeModel({ model: "other" }),
      },
      random: () => {
        noted.push("draw");
        return 0;
      },
      retryBudget: {
        deposit: () => void noted.push("deposit"),
        withdraw: () => {
          noted.push("withdraw");
          return true;
        },
      },
    });
    const made = callDirectly({ ...execution, ...directPlan("m", "check") }, chatCall);
    await expect(made).rejects.toMatchObject({ code: "provider" });
    expect([noted, attempts.length, attempts[0]?.next]).toEqual([[], 1, undefined]);
  });

  it("may answer with fewer tokens than an answer of the request was cut at", async () => {
    const { attempts, ...execution } = executionFor({
      models: { m: fakeModel({ model: "m" }) },
      maxCostUsd: 1,
    });
    execution.scope.cutAt = 1e9;
    await callDirectly({ ...execution, ...directPlan("m", "check") }, chatCall);
    expect(attempts).toHaveLength(1);
  });
});
