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
import { generateDirectly } from "../execution/index.ts";
import { executionOf } from "./execution-context.ts";
import type { RouterParts } from "./parts.ts";
import type { Run } from "./run.ts";

/** A hop that the router can end. */
export interface OpenHop extends HopContext {
  /** Aborts what the hop has under way and leaves no timer and no listener. */
  end(): void;
}

/** The way of a classifier or a check to models. Costs next to nothing until it is used. */
export function openHop<Id extends string>(
  parts: RouterParts<Id>,
  run: Run<Id>,
  at: Extract<Hop, "classify" | "check">,
): OpenHop {
  return new RequestHop(parts, run, at);
}

// A class, since each request makes one: closures and getters of its own would cost more than all
// the rest of a decision.
class RequestHop<Id extends string> implements OpenHop {
  readonly #parts: RouterParts<Id>;
  readonly #run: Run<Id>;
  readonly #at: Extract<Hop, "classify" | "check">;
  #controller: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #onAbort: (() => void) | undefined;

  constructor(parts: RouterParts<Id>, run: Run<Id>, at: Extract<Hop, "classify" | "check">) {
    this.#parts = parts;
    this.#run = run;
    this.#at = at;
  }

  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal;
    const { signal, deadlineAt, deadlineMs, attempts } = this.#run;
    const controller = new AbortController();
    this.#controller = controller;
    this.#onAbort = () => controller.abort(signal?.reason);
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (deadlineAt !== undefined) {
      const left = Math.max(0, deadlineAt - this.#parts.clock());
      const onTime = () => controller.abort(new DeadlineExceededError(deadlineMs ?? 0, attempts));
      this.#timer = setTimeout(onTime, left);
    }
    return controller.signal;
  }

  get now(): number {
    return this.#parts.clock();
  }

  // Getters, so that a classifier may take the two out of the hop.
  get permits(): HopContext["permits"] {
    return (facts) => this.#permits(facts);
  }

  get generate(): HopContext["generate"] {
    return (model, chat) => this.#generate(model, chat);
  }

  #permits(facts: ModelFacts): true | string {
    const { models, completeFacts, clock } = this.#parts;
    // The router's own id where the model is one of its own, so that `only` and `except` know it.
    const own = models.find((model) => model.facts === facts || model.facts.name === facts.name);
    const candidate = { id: (own?.id ?? facts.name) as Id, facts: completeFacts(facts) };
    const { teamConstraints, facts: request } = this.#run;
    return permits(candidate, teamConstraints, { request, hop: this.#at, now: clock() });
  }

  async #generate(model: Model, chat: ChatRequest): Promise<Completion> {
    const reason = this.#permits(model);
    if (reason !== true) throw new NoEligibleModelError({ [model.name]: reason });
    const context = executionOf(this.#parts, this.#run, {
      chat,
      signal: this.signal,
      facts: this.#run.facts,
      plan: [],
      fallbacks: [],
      openHop: () => this,
      modelOf: () => model,
      permits: () => this.#permits(model),
      estimateCostUsd: () => undefined,
      estimatedInputTokens: undefined,
    });
    return generateDirectly(context, model.name, this.#at);
  }

  end(): void {
    if (this.#controller === undefined) return;
    clearTimeout(this.#timer);
    if (this.#onAbort !== undefined) this.#run.signal?.removeEventListener("abort", this.#onAbort);
    if (!this.#controller.signal.aborted) {
      this.#controller.abort(new DOMException("the hop is over", "AbortError"));
    }
  }
}
