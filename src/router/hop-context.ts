import {
  type CallAnswer,
  type Candidate,
  type ChatRequest,
  type Completion,
  DeadlineExceededError,
  type Hop,
  type HopContext,
  type Model,
  type ModelFacts,
  NoEligibleModelError,
  type RequestFacts,
} from "../contracts/index.ts";
import { permits } from "../decision/index.ts";
import { callDirectly, type ExecutionContext, generateDirectly } from "../execution/index.ts";
import { longestTimerMs } from "../plugin/longest-timer.ts";
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
  #over = false;

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
    if (this.#over) {
      // Somebody who was left behind still holds the hop.
      controller.abort(hopIsOver());
      return controller.signal;
    }
    this.#onAbort = () => controller.abort(signal?.reason);
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (deadlineAt !== undefined) {
      const left = Math.max(0, deadlineAt - this.#parts.clock());
      const onTime = () => controller.abort(new DeadlineExceededError(deadlineMs ?? 0, attempts));
      this.#timer = setTimeout(onTime, Math.min(left, longestTimerMs));
    }
    return controller.signal;
  }

  get now(): number {
    return this.#parts.clock();
  }

  // Getters, so that a classifier may take them out of the hop.
  get permits(): HopContext["permits"] {
    return (facts) => this.#permits(facts, this.#run.facts);
  }

  get generate(): HopContext["generate"] {
    return (model, chat) => this.#generate(model, chat);
  }

  get call(): HopContext["call"] {
    return (target, text, work) => this.#call(target, text, work);
  }

  #permits(facts: ModelFacts, chat: RequestFacts): true | string {
    const { models, completeFacts, clock } = this.#parts;
    const { teamConstraints, facts: request } = this.#run;
    const context = { request, hop: this.#at, now: clock() };
    const own = this.#ownOf(facts);
    if (own === undefined && models.some(({ id }) => id === facts.name))
      return "its name is the id of one of the router's models: give it another";
    // The router's own id where the model is one of its own, so that `only` and `except` know it.
    const id = own?.id ?? (facts.name as Id);
    const answer = permits(this.#candidate(id, completeFacts(facts), chat), teamConstraints, context);
    if (answer !== true || own === undefined || own.facts === facts) return answer;
    // Another object under the name of one of the router's models cannot say better of it than the router.
    return permits(this.#candidate(id, own.facts, chat), teamConstraints, context);
  }

  #ownOf({ name }: ModelFacts): RouterParts<Id>["models"][number] | undefined {
    return this.#parts.models.find(({ facts }) => facts.name === name);
  }

  #candidate(id: Id, facts: ModelFacts, chat: RequestFacts): Candidate<Id> {
    const { estimate, healthOf, clock } = this.#parts;
    const { inputTokens, costUsd } = estimate(facts, chat);
    const health = healthOf(facts.name, clock());
    return { id, facts, estimatedInputTokens: inputTokens, estimatedCostUsd: costUsd, health };
  }

  async #generate(model: Model, chat: ChatRequest): Promise<Completion> {
    const context = this.#execution(model, chat, this.#parts.normalise(chat));
    return generateDirectly(context, this.#idOf(model), this.#at);
  }

  async #call<T>(
    target: ModelFacts,
    text: string,
    work: (signal: AbortSignal) => Promise<CallAnswer<T>>,
  ): Promise<T> {
    const chat: ChatRequest = { messages: [{ role: "user", content: text }] };
    const facts = { ...this.#parts.normalise(chat), expectedOutputTokens: 0 };
    const context = this.#execution({ ...target, generate: notChat, stream: notChat }, chat, facts);
    return callDirectly(context, this.#idOf(target), this.#at, work);
  }

  #idOf(facts: ModelFacts): string {
    return this.#ownOf(facts)?.id ?? facts.name;
  }

  /** One call of a model outside the plan. Throws `NoEligibleModelError` where a constraint forbids it. */
  #execution(model: Model, chat: ChatRequest, facts: RequestFacts): ExecutionContext {
    const parts = this.#parts;
    const reason = this.#permits(model, facts);
    if (reason !== true) throw new NoEligibleModelError({ [this.#idOf(model)]: reason });
    const complete: Model = {
      ...parts.completeFacts(model),
      generate: (request, options) => model.generate(request, options),
      stream: (request, options) => model.stream(request, options),
    };
    const { costUsd } = parts.estimate(complete, facts);
    return executionOf(parts, this.#run, {
      estimatedInputTokens: undefined,
      signal: this.signal,
      chat,
      facts,
      plan: [],
      fallbacks: [],
      openHop: () => this,
      modelOf: () => complete,
      permits: () => this.#permits(model, facts),
      estimateCostUsd: () => costUsd,
    });
  }

  end(): void {
    this.#over = true;
    if (this.#controller === undefined) return;
    clearTimeout(this.#timer);
    if (this.#onAbort !== undefined) this.#run.signal?.removeEventListener("abort", this.#onAbort);
    if (!this.#controller.signal.aborted) {
      this.#controller.abort(hopIsOver());
    }
  }
}

/** What is called by `work` alone. */
function notChat(): never {
  throw new TypeError("this target is not a chat model");
}

function hopIsOver(): DOMException {
  return new DOMException("the hop is over", "AbortError");
}
