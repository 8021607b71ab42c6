import {
  InvalidOptionError,
  type RouteOptions,
  type RouteRequest,
  type RouteResult,
  type Router,
} from "../contracts/index.ts";
import { generate } from "../execution/index.ts";
import { checkPlain } from "../request/index.ts";
import { openAnswerStream } from "./answer-stream.ts";
import { readOption, signalOf } from "./check-signal.ts";
import { coalesce } from "./coalesce.ts";
import { LifeCycle } from "./life-cycle.ts";
import { nest } from "./nest.ts";
import type { RouterParts } from "./parts.ts";
import { readFeedback } from "./read-feedback.ts";

/** Connects the parts to a router. */
export function connect<Id extends string>(parts: RouterParts<Id>): Router<Id> {
  const { events, ports, coalesce: coalesces } = parts;
  let closed = false;

  const route = async (request: RouteRequest<Id>, options?: RouteOptions): Promise<RouteResult<Id>> => {
    const life = new LifeCycle(parts);
    try {
      const deciding = nest(() => {
        life.begin(request, signalOf(options), closed);
        checkPlain(request);
        return life.decide();
      });
      if (deciding instanceof Promise) await deciding;
      return life.finish(life.fromCache() ?? (await nest(() => generate(life.execution()))));
    } catch (error) {
      life.fail(error);
      throw error;
    }
  };

  return {
    models: parts.models,
    policy: parts.deciding.policy,
    tuning: parts.tuning,
    ...(parts.shared === undefined ? {} : { shared: parts.shared }),

    async decide(request, options) {
      const draw = readOption(options, "draw");
      if (draw !== undefined && !(typeof draw === "number" && draw >= 0 && draw < 1))
        throw new InvalidOptionError("decide.draw", draw, "a number in [0, 1)");
      const life = new LifeCycle(parts);
      try {
        const deciding = nest(() => {
          life.begin(request, signalOf(options), closed);
          life.onlyDecides();
          return life.decide(draw);
        });
        return (deciding instanceof Promise ? await deciding : deciding).decision;
      } finally {
        life.settle();
      }
    },

    route:
      coalesces === undefined
        ? route
        : coalesce(
            route,
            (request) => !closed && coalesces(request),
            ports.clock,
            ({ decision, latencyMs }) => events.emit({ type: "request-coalesced", decision, latencyMs }),
          ),

    stream: (request, options) =>
      openAnswerStream(new LifeCycle(parts), request, options, {
        isClosed: closed,
        clock: ports.clock,
      }),

    observe: events.observe,
    feedback: (decision, quality, options) => {
      const given = readFeedback(decision, quality, options);
      events.emit({ ...given, at: given.at ?? ports.clock.wall() });
    },
    exportState: parts.exportState,
    restoreState: parts.restoreState,
    readBudgets: parts.budgetDoor.read,
    resetBudget: parts.budgetDoor.reset,

    async close() {
      closed = true;
      await parts.followUps.close();
      parts.cache?.clear();
      await parts.closeShared?.();
      await events.close();
    },
  };
}
