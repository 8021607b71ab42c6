import { setImmediate, setTimeout } from "node:timers/promises";
import type { Candidate, Hop, HopContext, ModelFacts } from "../../../src/contracts/index.ts";
import {
  type Classifier,
  type Constraint,
  createRouter,
  type Decision,
  isRouterError,
  type Model,
  ProviderError,
  type RouteRequest,
} from "../../../src/index.ts";
import { chunkOf, completionOf, failAs } from "./hop-answers.ts";
import { answerOf, constraintOf, factsOfModel, idOf, judgeName, policyOf, stepMs } from "./hop-parts.ts";
import type { CallScript, Outcome, Scenario, UseScript } from "./hop-scenarios.ts";

/** Violations of a request, and the hops it made. */
export interface Report {
  readonly violations: readonly string[];
  readonly hops: ReadonlySet<Hop>;
}

/** One evaluation of a constraint. */
interface Evaluation {
  readonly hop: Hop;
  readonly step: number;
  readonly permitted: boolean;
}

const messages = [{ role: "user" as const, content: "Hello" }];
const planHops: ReadonlySet<Hop> = new Set<Hop>(["answer", "retry", "fallback", "cascade", "hedge"]);

/**
 * Sends one request through the router of a scenario. When a call arrives, each model checks if it is
 * allowed: by the constraints at that moment, and by their recorded evaluations.
 */
export async function runScenario(scenario: Scenario): Promise<Report> {
  const violations: string[] = [];
  const hops = new Set<Hop>();
  const world = { step: 0, now: 1_000, committedUsd: 0, countedUsd: 0 };
  const caller = new AbortController();
  const asked = new Map<string, Evaluation>();
  let started = { model: "", hop: "answer" as Hop };
  const startedAt = world.now;

  const advance = () => {
    world.step += 1;
    world.now += stepMs;
    if (world.step === scenario.abortAt) caller.abort(new Error("the caller left"));
  };

  const counted = scenario.budget && idOf(scenario.budget.target % scenario.models.length);
  const raw = [...scenario.teamRules, ...scenario.requestRules].map((rule) =>
    constraintOf(rule, scenario, world),
  );
  const watched = raw.map(
    ({ constraint }, index): Constraint => ({
      name: constraint.name,
      permits(candidate, context) {
        let answer: true | string = "it threw";
        try {
          answer = constraint.permits(candidate, context);
          return answer;
        } finally {
          const evaluation = { hop: context.hop, step: world.step, permitted: answer === true };
          asked.set(`${index} ${candidate.id}`, evaluation);
          // The decision's evaluation, which precedes that of the first call.
          const first = `${index} ${candidate.id} ${context.hop} ${world.step}`;
          if (!asked.has(first)) asked.set(first, evaluation);
        }
      },
    }),
  );

  /** Checks a call that has arrived at a model, and returns its price. */
  const arrive = (id: string, knownFacts: readonly ModelFacts[], forbidden: string | undefined) => {
    const { hop } = started;
    hops.add(hop);
    const complain = (what: string) => violations.push(`${id} at ${hop}: ${what}`);
    if (started.model !== id) complain(`the attempt was recorded for ${started.model}`);
    if (forbidden !== undefined) complain(forbidden);
    if (caller.signal.aborted) complain("after the caller has aborted");
    if (scenario.deadlineMs !== undefined && world.now >= startedAt + scenario.deadlineMs)
      complain("after the deadline");
    raw.forEach(({ constraint, pure }, index) => {
      const last = asked.get(`${index} ${id}`);
      if (last === undefined || !last.permitted || last.hop !== hop || last.step !== world.step)
        complain(`${constraint.name} was last asked at ${last?.hop} and step ${last?.step} of ${world.step}`);
      for (const facts of pure ? knownFacts : []) {
        const candidate: Candidate = { id, facts, estimatedCostUsd: facts.price?.usdPerRequest };
        const answer = answerOf(constraint, candidate, hop, world.now);
        if (answer !== true) complain(`${constraint.name} forbids it: ${answer}`);
      }
    });
    for (const facts of knownFacts) {
      if (planHops.has(hop) && facts.contextWindow !== undefined) complain("its window is too small");
      if (planHops.has(hop) && scenario.tools && facts.capabilities?.tools === false)
        complain("it has no tools");
    }
    const usd = knownFacts.at(-1)?.price?.usdPerRequest;
    if (scenario.budget !== undefined && id === counted) {
      if (usd === undefined || world.countedUsd + usd > scenario.budget.usd + 1e-9)
        complain(`${usd} USD beyond ${world.countedUsd} of the budget of ${scenario.budget.usd}`);
      world.countedUsd += usd ?? 0;
    }
    if (scenario.maxCostUsd === undefined) return usd ?? 0;
    if (usd === undefined || world.committedUsd + usd > scenario.maxCostUsd)
      complain(`${usd} USD beyond ${world.committedUsd} of ${scenario.maxCostUsd}`);
    world.committedUsd += usd ?? 0;
    return usd ?? 0;
  };

  const pause = (): Promise<void> => (scenario.slow ? setTimeout(16) : setImmediate());

  /** Creates a model that checks each call. `ofRouter`: the router's facts of it, in addition to its own. */
  const modelOf = (
    facts: ModelFacts,
    outcomes: readonly Outcome[],
    id: string,
    more: { readonly ofRouter?: ModelFacts; readonly forbidden?: string } = {},
  ): Model => {
    let calls = 0;
    const known = more.ofRouter === undefined ? [facts] : [more.ofRouter, facts];
    const begin = () => {
      const usd = arrive(id, known, more.forbidden);
      const outcome = outcomes[calls % outcomes.length] as Outcome;
      calls += 1;
      const refund = () => {
        world.committedUsd -= usd;
        if (id === counted) world.countedUsd -= usd;
      };
      return { outcome, refund };
    };
    return {
      ...facts,
      async generate() {
        const { outcome, refund } = begin();
        await pause();
        advance();
        failAs(outcome, facts.name, refund, advance);
        return completionOf(facts.model, outcome !== "no-usage");
      },
      async *stream() {
        const { outcome, refund } = begin();
        await pause();
        advance();
        failAs(outcome, facts.name, refund, advance);
        yield chunkOf(facts.model, { role: "assistant" });
        if (outcome === "late") await setTimeout(4);
        await setImmediate();
        advance();
        if (outcome === "stops-before-content") {
          refund();
          throw new ProviderError({ kind: "server", model: facts.name });
        }
        yield chunkOf(facts.model, { content: "Hi" });
        if (outcome === "stops-after-content") throw new ProviderError({ kind: "server", model: facts.name });
        yield chunkOf(facts.model, {}, "stop", outcome !== "no-usage");
      },
    };
  };

  const facts = scenario.models.map((script, index) => factsOfModel(script, `fake:${idOf(index)}`));
  const originals = facts.map((one, index) =>
    modelOf(one, scenario.models[index]?.outcomes ?? [], idOf(index)),
  );
  const wrap = (index: number) => index % scenario.models.length;

  /** Returns the model that a classifier or a check calls. */
  const calledModel = ({ callee, index, script }: CallScript, late: boolean): Model => {
    const at = wrap(index);
    const tooLate = late ? { forbidden: "the hop was over" } : {};
    switch (callee) {
      case "own":
        return late ? modelOf(factsOfModel(script, judgeName), ["ok"], judgeName, tooLate) : ownModel(at);
      case "borrowed-name":
        return modelOf(factsOfModel(script, `fake:${idOf(at)}`), script.outcomes, idOf(at), {
          ...tooLate,
          ofRouter: facts[at] as ModelFacts,
        });
      case "borrowed-id":
        return modelOf(factsOfModel(script, idOf(at)), ["ok"], idOf(at), { forbidden: "it borrows an id" });
      case "original":
        if (!late) return originals[at] as Model;
    }
    return modelOf(factsOfModel(script, judgeName), script.outcomes, judgeName, tooLate);
  };

  const usesHop = async (script: UseScript, hop: HopContext): Promise<boolean> => {
    const one = (call: CallScript) => {
      if (call.callee === "again" && hop.again !== undefined && !script.late) return hop.again();
      const model = calledModel(call, script.late);
      if (call.way === "generate") return hop.generate(model, { messages });
      return hop.call(model, "Hello", async (signal) => ({
        value: await model.generate({ messages }, { signal }),
      }));
    };
    const calls = script.late ? [] : script.calls;
    if (script.together) await Promise.allSettled(calls.map(one));
    else for (const call of calls) await one(call).catch(() => {});
    await setImmediate();
    advance();
    // The hop is over before a timer fires.
    if (script.late) void setTimeout(1).then(() => Promise.allSettled(script.calls.map(one)));
    if (script.ends === "throws") throw new Error("as scripted");
    return script.ends === "yes";
  };

  const classifier: Classifier = {
    name: "scripted",
    version: "1",
    async classify(_, hop) {
      const hard = await usesHop(scenario.classifier, hop);
      return { complexity: hard ? 0.9 : 0.1 };
    },
  };

  const budgets = scenario.budget && [
    { limitUsd: scenario.budget.usd, period: "total" as const, of: { models: [counted as string] } },
  ];
  const routerOf = () =>
    createRouter<Record<string, Model>>({
      budgets,
      models: Object.fromEntries(originals.map((model, index) => [idOf(index), model])),
      policy: policyOf(scenario, usesHop, wrap),
      classifier,
      constraints: watched.slice(0, scenario.teamRules.length),
      execution: {
        retries: scenario.retries,
        backoffBaseMs: 0,
        backoffCapMs: 0,
        degraded: scenario.degraded && {
          name: "degraded",
          accepts: (_, __, hop) => usesHop(scenario.degraded as UseScript, hop),
        },
        hedge: scenario.hedge ? { afterMs: 1, ratio: 1 } : undefined,
      },
      random: () => scenario.draw,
      clock: () => world.now,
      onEvent(event) {
        if (event.type === "attempt-started") started = event;
      },
    });
  let router: ReturnType<typeof routerOf>;
  try {
    router = routerOf();
  } catch (error) {
    // All but one model lack a price.
    if (isRouterError(error, "invalid-option") && error.option === "budgets[0].unpriced")
      return { violations, hops };
    throw error;
  }
  const ownModel = (index: number) => router.models[idOf(index)] as Model;

  const request: RouteRequest<string> = {
    messages,
    ...(scenario.tools ? { tools: [{ type: "function", function: { name: "look" } }] } : {}),
    constraints: watched.slice(scenario.teamRules.length),
    maxCostUsd: scenario.maxCostUsd,
    deadlineMs: scenario.deadlineMs,
    model: scenario.pin === undefined ? undefined : idOf(wrap(scenario.pin)),
  };
  const { signal } = caller;

  /** Checks that the constraints permitted what a decision calls permitted when it was made. */
  const checkDecision = (decision: Decision) => {
    for (const { model, permitted } of decision.candidates) {
      const answers = raw.map((_, index) => asked.get(`${index} ${model} answer 0`)?.permitted);
      const at = Number(model.slice(1));
      const narrow = facts[at]?.contextWindow !== undefined;
      const toolless = scenario.tools && facts[at]?.capabilities?.tools === false;
      if (permitted === true && (narrow || toolless || answers.some((answer) => answer !== true)))
        violations.push(`the decision permits ${model}, which was refused`);
    }
    if (scenario.policy.kind === "changes-its-mind") return;
    for (const model of [...decision.plan.map((step) => step.model), ...decision.fallbacks]) {
      const known = decision.candidates.find((candidate) => candidate.model === model);
      if (known?.permitted !== true) violations.push(`the decision names ${model}, which it does not permit`);
    }
  };

  try {
    if (scenario.mode === "decide") checkDecision(await router.decide(request, { signal }));
    else if (scenario.mode === "route") checkDecision((await router.route(request, { signal })).decision);
    else {
      const stream = router.stream(request, { signal });
      for await (const _ of stream);
      checkDecision(await stream.decision);
    }
  } catch {
    // Other tests check how a request fails.
  }
  const late = [scenario.classifier, ...scenario.policy.steps.map(({ check }) => check)].some(
    (one) => one.late,
  );
  if (late) await setTimeout(3);
  return { violations, hops };
}
