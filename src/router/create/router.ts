import {
  InvalidOptionError,
  type RouteOptions,
  type RouteRequest,
  type RouteResult,
  type Router,
} from "../../contracts/index.ts";
import { asksAbort } from "../../plugin/call-abort.ts";
import { readOption, signalOf } from "../life/check-signal.ts";
import { coalesce } from "../life/coalesce.ts";
import { requestParts } from "../life/late-parts.ts";
import { LifeCycle } from "../life/life-cycle.ts";
import { nativeOf } from "../life/native-of.ts";
import { nest } from "../life/nest.ts";
import type { FixedParts } from "../life/parts.ts";
import { readFeedback } from "../life/read-feedback.ts";
import { openAnswerStream } from "../life/route-stream.ts";
import { checkPlain } from "../request/index.ts";
import type { Replacer } from "./replacer.ts";

/** Connects the parts to a router. */
export function connect<Id extends string>(parts: FixedParts<Id>, replacer: Replacer<Id>): Router<Id> {
  const { events, ports, coalesce: coalesces } = parts;
  const isClosed = () => closed;
  let closed = false;

  const route = async (request: RouteRequest<Id>, options?: RouteOptions): Promise<RouteResult<Id>> => {
    const life = new LifeCycle(replacer.parts);
    try {
      const deciding = nest(() => {
        life.begin(request, signalOf(options), closed, nativeOf(options));
        checkPlain(request);
        return life.decide();
      });
      if (deciding instanceof Promise) await deciding;
      return life.finish(
        life.fromCache() ?? (await nest(() => requestParts.get().generate(life.execution()))),
      );
    } catch (error) {
      life.fail(error);
      throw error;
    }
  };

  return {
    models: parts.models,
    get policy() {
      return replacer.parts.deciding.policy;
    },
    get classifier() {
      const { name, version } = replacer.parts.deciding.classifier;
      return { name, version };
    },
    get constraints() {
      return replacer.parts.constraints.map(({ name }) => name);
    },
    get neverCalled() {
      return Object.fromEntries(replacer.parts.neverCalled) as Router<Id>["neverCalled"];
    },
    get tuning() {
      return replacer.parts.tuning;
    },
    get release() {
      return replacer.parts.deciding.release;
    },
    get isClosed() {
      return closed;
    },
    ...(parts.shared === undefined ? {} : { shared: parts.shared }),
    ...(parts.deciding.strictCapabilities && { strictCapabilities: true }),

    async decide(request, options) {
      const draw = readOption(options, "draw");
      if (draw !== undefined && !(typeof draw === "number" && draw >= 0 && draw < 1))
        throw new InvalidOptionError("decide.draw", draw, "a number in [0, 1)");
      const life = new LifeCycle(replacer.parts);
      try {
        const deciding = nest(() => {
          life.begin(request as RouteRequest<Id>, signalOf(options), closed);
          life.onlyDecides();
          return life.decide(draw);
        });
        return (deciding instanceof Promise ? await deciding : deciding).decision;
      } finally {
        life.settle();
      }
    },

    route: asksAbort(
      coalesces === undefined
        ? route
        : coalesce(
            route,
            (request) => !closed && coalesces(request),
            ports.clock,
            ({ decision, latencyMs }) => events.emit({ type: "request-coalesced", decision, latencyMs }),
            () => replacer.revision,
          ),
    ) as Router<Id>["route"],

    stream: asksAbort((request: RouteRequest<Id>, options?: RouteOptions) =>
      openAnswerStream(new LifeCycle(replacer.parts), request, options, {
        isClosed: closed,
        clock: ports.clock,
      }),
    ) as Router<Id>["stream"],

    observe: events.observe,
    replace(given) {
      // Golden routes are held by what pools have.
      const opening = parts.poolWatches.begin();
      return opening === undefined
        ? replacer.replace(given, isClosed)
        : opening.then(() => replacer.replace(given, isClosed));
    },
    revert: (reason) => replacer.revert(reason, isClosed),
    feedback: (decision, quality, options) => {
      const given = readFeedback(decision, quality, options);
      events.emit({ ...given, at: given.at ?? ports.clock.wall() });
    },
    exportState: parts.exportState,
    readEndpoints() {
      void parts.poolWatches.begin();
      return parts.readEndpoints();
    },
    restoreState: parts.restoreState,
    readBudgets: parts.budgetDoor.read,
    resetBudget: parts.budgetDoor.reset,
    setBudget: parts.budgetDoor.set,
    liftCap: parts.liftCap,

    async close() {
      closed = true;
      await parts.followUps.close();
      await parts.poolWatches.close();
      parts.cache?.clear();
      await parts.closeShared?.();
      await events.close();
    },
  };
}
