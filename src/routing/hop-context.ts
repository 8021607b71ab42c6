import {
  type ChatRequest,
  type Completion,
  DeadlineExceededError,
  type Hop,
  type HopContext,
  type Model,
  type ModelFacts,
  NoEligibleModelError,
} from "../contracts/index.ts";
import { permits } from "../decision/index.ts";
import { type ExecutionContext, generateDirectly } from "../execution/index.ts";
import { surroundingsOf } from "./execution-context.ts";
import type { RouterParts } from "./parts.ts";
import type { Run } from "./run.ts";

/** A hop that the router can end. */
export interface OpenHop extends HopContext {
  /** Aborts what the hop has under way and leaves no timer and no listener. */
  end(): void;
}

/** The way of a classifier or a check to models. Costs nothing until it is used. */
export function openHop<Id extends string>(
  parts: RouterParts<Id>,
  run: Run<Id>,
  at: Extract<Hop, "classify" | "check">,
): OpenHop {
  let controller: AbortController | undefined;
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => controller?.abort(run.signal?.reason);

  const signalOf = (): AbortSignal => {
    if (controller !== undefined) return controller.signal;
    controller = new AbortController();
    if (run.signal?.aborted) onAbort();
    else run.signal?.addEventListener("abort", onAbort, { once: true });
    if (run.deadlineAt !== undefined) {
      const left = Math.max(0, run.deadlineAt - parts.clock());
      timer = setTimeout(
        () => controller?.abort(new DeadlineExceededError(run.deadlineMs ?? 0, run.attempts)),
        left,
      );
    }
    return controller.signal;
  };

  const permitsFacts = (facts: ModelFacts): true | string => {
    const complete = parts.completeFacts(facts);
    // The router's own id where the model is one of its own, so that `only` and `except` know it.
    const own = parts.models.find((model) => model.facts === facts || model.facts.name === facts.name);
    const candidate = { id: (own?.id ?? facts.name) as Id, facts: complete };
    return permits(candidate, run.teamConstraints, { request: run.facts, hop: at, now: parts.clock() });
  };

  return {
    get signal() {
      return signalOf();
    },
    get now() {
      return parts.clock();
    },
    permits: permitsFacts,
    async generate(model: Model, chat: ChatRequest): Promise<Completion> {
      const reason = permitsFacts(model);
      if (reason !== true) throw new NoEligibleModelError({ [model.name]: reason });
      const context: ExecutionContext = {
        ...surroundingsOf(parts, run, undefined),
        signal: signalOf(),
        chat,
        facts: run.facts,
        plan: [],
        fallbacks: [],
        hop: this,
        modelOf: () => model,
        permits: () => permitsFacts(model),
        estimateCostUsd: () => undefined,
      };
      return generateDirectly(context, model.name, at);
    },
    end() {
      clearTimeout(timer);
      run.signal?.removeEventListener("abort", onAbort);
      if (controller !== undefined && !controller.signal.aborted) {
        controller.abort(new DOMException("the hop is over", "AbortError"));
      }
    },
  };
}
