import assert from "node:assert/strict";
import type { Check, Completion, HopContext } from "../contracts/index.ts";
import { copyOf } from "../plugin/copy-of.ts";
import { completionOf } from "./completion-of.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { factsOf } from "./facts-of.ts";
import { hostileAnswers, usualAnswers } from "./sample-answers.ts";
import { hostileFacts } from "./sample-facts.ts";
import { withoutChance } from "./without-chance.ts";

export interface CheckSetup {
  readonly check: Check;
  /**
   * Maximum number of model calls per verdict. Default 0: the check calls no model, does not draw and does
   * not read the clock.
   */
  readonly calls?: number | undefined;
}

/**
 * Returns the requirements on every check, as cases for any test runner:
 *
 *     for (const { name, run } of checkConformance({ check }))
 *       test(name, run);
 *
 * The answers are usual ones and ones made to break a parser, among them one of a megabyte: a check that
 * takes more than linear time will not finish.
 */
export function checkConformance({ check, calls = 0 }: CheckSetup): readonly ConformanceCase[] {
  const request = deepFreeze(factsOf());
  const usual = deepFreeze(usualAnswers());

  const cases: Record<string, () => Promise<void> | void> = {
    "has a name": () => {
      assert.ok(typeof check.name === "string" && check.name !== "", "name must not be empty");
    },
    "answers true or false": async () => {
      for (const answer of usual) assertVerdict(await check.accepts(request, answer, hopTo().hop));
    },
    "answers true or false to answers made to break it": async () => {
      for (const answer of deepFreeze(hostileAnswers()))
        assertVerdict(await check.accepts(request, answer, hopTo().hop));
      for (const facts of deepFreeze(hostileFacts))
        assertVerdict(await check.accepts(facts, completionOf("42"), hopTo().hop));
    },
    "gives the same verdict on the same answer, in any order": async () => {
      const ask = (answer: Completion) => check.accepts(request, answer, hopTo().hop);
      const first: boolean[] = [];
      for (const answer of usual) first.push(await ask(answer));
      for (const [index, answer] of [...usual.entries()].reverse())
        assert.equal(await ask(answer), first[index], "a second verdict on the same answer was different");
    },
    "leaves answer and request unchanged": async () => {
      for (const answer of usualAnswers()) {
        const facts = factsOf();
        const before = copyOf({ facts, answer });
        await check.accepts(facts, answer, hopTo().hop);
        assert.deepEqual({ facts, answer }, before);
      }
    },
    "makes no more model calls than stated": async () => {
      for (const answer of usual) {
        const { hop, count } = hopTo();
        await check.accepts(request, answer, hop);
        assert.ok(count() <= calls, `${count()} model calls, at most ${calls} were stated`);
      }
    },
  };
  if (calls === 0)
    cases["neither draws nor reads the clock"] = async () => {
      // The first call may load modules that the check needs.
      for (const answer of usual) await check.accepts(request, answer, hopTo().hop);
      for (const answer of usual) await withoutChance(() => check.accepts(request, answer, hopTo().hop));
    };
  else
    cases["does not accept if a model fails or gives a meaningless answer"] = async () => {
      const failing = () => Promise.reject(new Error("no model"));
      for (const reply of [failing, async () => completionOf("\ud800"), async () => completionOf()])
        for (const answer of usual) {
          const { hop, count } = hopTo(reply);
          const verdict = await Promise.resolve(check.accepts(request, answer, hop)).catch(() => false);
          // Some answers can be judged without a model.
          if (count() > 0) assert.equal(verdict, false);
        }
    };
  if (check.reads === "text")
    cases["answers at once, as a check that reads only the text does"] = () => {
      for (const answer of usual) assert.equal(typeof check.accepts(request, answer, hopTo().hop), "boolean");
    };
  return Object.entries(cases).map(([name, run]) => ({ name, run: async () => run() }));
}

/** Creates a hop whose models say yes in every format, or answer with `reply`. */
function hopTo(reply: () => Promise<Completion> = async () => completionOf('{"accept": true}')): {
  readonly hop: HopContext;
  readonly count: () => number;
} {
  let calls = 0;
  const call = () => {
    calls += 1;
    return reply();
  };
  const hop: HopContext = {
    signal: new AbortController().signal,
    now: Date.UTC(2026, 0, 1),
    generate: call,
    call: async () => assert.fail("the check calls something other than a chat model: this suite has none"),
    again: call,
    permits: () => true,
  };
  return { hop, count: () => calls };
}

function assertVerdict(verdict: unknown): void {
  assert.equal(typeof verdict, "boolean", `a verdict must be true or false, not ${String(verdict)}`);
}
