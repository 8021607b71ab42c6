import {
  type Completion,
  type CompletionChunk,
  InvalidOptionError,
  type RouteOptions,
  type RouteRequest,
  type RouteResult,
  type Router,
  RouterError,
  recordError,
} from "../contracts/index.ts";
import { type Decided, decide } from "../decision/index.ts";
import { type ExecutionContext, generate, stream } from "../execution/index.ts";
import { allText } from "../request/index.ts";
import { coalesce } from "./coalesce.ts";
import { emit } from "./emit.ts";
import { planExecution } from "./execution-context.ts";
import { type OpenHop, openHop } from "./hop-context.ts";
import type { RouterParts } from "./parts.ts";
import { degradedVerdict, recordAnswer } from "./record-answer.ts";
import { beginRun, checkAlive, type Run } from "./run.ts";
import { totalCostUsd, totalUsage } from "./totals.ts";

/** A request whose plan is made. */
interface Ready<Id extends string> {
  readonly run: Run<Id>;
  readonly decided: Decided<Id>;
}

/** What is known of a request when it fails. */
type Progress<Id extends string> = { -readonly [Key in keyof Ready<Id>]?: Ready<Id>[Key] | undefined };

/** Connects the parts to a router. */
export function connect<Id extends string>(parts: RouterParts<Id>): Router<Id> {
  const allConstraints = [...parts.ownConstraints, ...parts.constraints];
  const { onEvent, clock, coalesce: coalesces } = parts;
  let closed = false;

  const begin = (request: RouteRequest<Id>, options: RouteOptions | undefined): Run<Id> => {
    if (closed)
      throw new RouterError("invalid-request", "the router is closed: it takes no request after close()");
    return beginRun(parts, allConstraints, request, options?.signal);
  };

  /** Decides, reports, and makes sure that somebody still waits. */
  const makeReady = async (run: Run<Id>, draw?: number): Promise<Ready<Id>> => {
    const hop = openHop(parts, run, "classify");
    try {
      const deciding = decideRun(parts, run, hop, draw);
      const decided = deciding instanceof Promise ? await deciding : deciding;
      if (onEvent !== undefined) {
        const { decision, classifierError } = decided;
        if (classifierError !== undefined) {
          emit(onEvent, {
            type: "classifier-failed",
            decisionId: run.id,
            error: recordError(classifierError),
          });
        }
        emit(onEvent, { type: "decision-made", decision });
      }
      checkAlive(run, clock);
      return { run, decided };
    } finally {
      hop.end();
    }
  };

  const execution = ({ run, decided }: Ready<Id>): ExecutionContext => {
    run.hold?.reserve(decided.decision);
    const checks = decided.choice.escalate ?? [];
    const plan = decided.decision.plan.map(({ model }, index) => ({ model, unless: checks[index]?.unless }));
    const { fallbacks } = decided.decision;
    const openCheck = () => openHop(parts, run, "check");
    return planExecution(parts, run, decided.request, { plan, fallbacks, openHop: openCheck });
  };

  const finish = ({ run, decided }: Ready<Id>, completion: Completion): RouteResult<Id> => {
    const { attempts } = run;
    if (run.facts.session !== undefined) recordAnswer(parts, run, run.facts.session);
    const { decision } = decided;
    const usage = totalUsage(attempts);
    const costUsd = totalCostUsd(attempts);
    const latencyMs = Math.max(0, clock() - run.startedAt);
    const degraded = parts.execution.degraded.length > 0 ? degradedVerdict(attempts) : undefined;
    if (onEvent !== undefined) {
      const readText = () => ({ ask: run.facts.ask, window: run.facts.window });
      const totals = { decision, attempts, usage, costUsd, latencyMs, degraded };
      emit(onEvent, { type: "request-completed", ...totals, readText });
    }
    const content: unknown = completion.choices[0]?.message.content;
    const text = typeof content === "string" ? content : "";
    return { text, completion, decision, attempts, usage, costUsd, latencyMs, degraded };
  };

  const reportFailure = ({ run, decided }: Progress<Id>, error: unknown): void => {
    if (onEvent === undefined) return;
    emit(onEvent, {
      type: "request-failed",
      decision: decided?.decision,
      attempts: run?.attempts ?? [],
      error: recordError(error),
      latencyMs: run === undefined ? 0 : Math.max(0, clock() - run.startedAt),
      readText: () => ({ ask: run?.facts.ask ?? "", window: run?.facts.window ?? "" }),
    });
  };

  const route = async (request: RouteRequest<Id>, options?: RouteOptions): Promise<RouteResult<Id>> => {
    const progress: Progress<Id> = {};
    try {
      const run = begin(request, options);
      progress.run = run;
      const ready = await makeReady(run);
      progress.decided = ready.decided;
      return finish(ready, await generate(execution(ready)));
    } catch (error) {
      reportFailure(progress, error);
      throw error;
    } finally {
      progress.run?.hold?.settle();
    }
  };

  return {
    models: parts.modelsById,
    policy: parts.policy,
    tuning: parts.tuning,

    async decide(request, options) {
      const draw = options?.draw;
      if (draw !== undefined && !(typeof draw === "number" && draw >= 0 && draw < 1))
        throw new InvalidOptionError("decide.draw", draw, "a number in [0, 1)");
      const run = begin(request, options);
      try {
        return (await makeReady(run, draw)).decided.decision;
      } finally {
        run.hold?.settle();
      }
    },

    route:
      coalesces === undefined
        ? route
        : coalesce(
            route,
            (request) => !closed && coalesces(request),
            clock,
            ({ decision, latencyMs }) => emit(onEvent, { type: "request-coalesced", decision, latencyMs }),
          ),

    stream(request, options) {
      const progress: Progress<Id> = {};
      const deciding = (async () => {
        progress.run = begin(request, options);
        const ready = await makeReady(progress.run);
        progress.decided = ready.decided;
        return ready;
      })();
      let resolve: (result: RouteResult<Id>) => void = () => {};
      let reject: (reason: unknown) => void = () => {};
      const result = new Promise<RouteResult<Id>>((...settle) => {
        [resolve, reject] = settle;
      });

      let isOver = false;
      const fail = (error: unknown): void => {
        if (isOver) return;
        isOver = true;
        progress.run?.hold?.settle();
        reportFailure(progress, error);
        reject(error);
      };
      const leave = (): void => {
        if (!isOver) fail(new DOMException("the consumer stopped reading", "AbortError"));
      };

      async function* chunks(): AsyncGenerator<CompletionChunk, void, undefined> {
        try {
          const ready = await deciding;
          const completion = yield* stream(execution(ready), fail);
          const answer = finish(ready, completion);
          isOver = true;
          progress.run?.hold?.settle();
          resolve(answer);
        } catch (error) {
          fail(error);
          throw error;
        } finally {
          leave();
        }
      }

      const iterator = chunks();
      const end = iterator.return.bind(iterator);
      // A generator that has not begun ends without its `finally`.
      iterator.return = (value) => end(value).finally(leave);
      // Also where nobody iterates.
      deciding.catch(fail);
      const decision = deciding.then(({ decided }) => decided.decision);
      // Both reject as the iteration does: nobody has to look at them as well.
      decision.catch(ignore);
      result.catch(ignore);
      return { [Symbol.asyncIterator]: () => iterator, decision, result };
    },

    exportState: parts.exportState,
    restoreState: parts.restoreState,

    async close() {
      closed = true;
      await onEvent?.close?.();
    },
  };
}

function decideRun<Id extends string>(
  parts: RouterParts<Id>,
  run: Run<Id>,
  hop: OpenHop,
  draw: number | undefined,
): Decided<Id> | Promise<Decided<Id>> {
  return decide(parts, {
    id: run.id,
    request: run.facts,
    constraints: run.constraints,
    pin: run.pin,
    fallback: run.fallback,
    maxCostUsd: run.maxCostUsd,
    room: run.hold,
    hop,
    draw,
    // The hop's: it ends at the deadline, too.
    countTokens: () => parts.countTokens(allText(run.request), hop.signal),
  });
}

function ignore(): void {}
