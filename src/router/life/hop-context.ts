import type {
  CallAnswer,
  Candidate,
  ChatRequest,
  Completion,
  Hop,
  HopContext,
  Model,
  ModelFacts,
  RequestFacts,
} from "../../contracts/index.ts";
import { copyOf } from "../../plugin/copy-of.ts";
import { defaultOutputLimit } from "../../plugin/default-output-limit.ts";
import { ignore } from "../../plugin/ignore.ts";
import { watch } from "../../plugin/watch.ts";
import {
  type CallContext,
  callDirectly,
  callOfWork,
  chatCall,
  deadlineError,
  directPlan,
  leftMs,
  type PoolAccess,
} from "../call/index.ts";
import {
  canDo,
  candidateFor,
  capabilities,
  type DecisionParts,
  isSameModel,
  notKnown,
  permits,
  permittedOf,
} from "../decide/index.ts";
import { checkPlain } from "../request/index.ts";
import type { RouterParts } from "./parts.ts";
import { decidingPool } from "./router-pools.ts";
import type { Run } from "./run.ts";

/** A hop that the router can end. */
export interface OpenHop extends HopContext {
  /** True once the deadline has passed, also if a timer noticed it a little before the clock. */
  readonly isLate: boolean;
  /** Aborts the calls that the hop has under way and removes timer and listener. */
  end(): void;
}

/** Opens the way of a classifier, a check or a follow-up to models. Costs next to nothing until it is used. */
export function openHop<Id extends string>(
  parts: RouterParts<Id>,
  run: Run<Id>,
  at: Extract<Hop, "classify" | "check" | "shadow">,
): OpenHop {
  return new RequestHop(parts, run, at);
}

// A class, since each request creates one: closures and getters per object would cost more than all the rest
// of a decision.
class RequestHop<Id extends string> implements OpenHop {
  readonly #parts: RouterParts<Id>;
  readonly #run: Run<Id>;
  readonly #at: Extract<Hop, "classify" | "check" | "shadow">;
  #controller: AbortController | undefined;
  #endWatch: (() => void) | undefined;
  #over = false;

  constructor(parts: RouterParts<Id>, run: Run<Id>, at: Extract<Hop, "classify" | "check" | "shadow">) {
    this.#parts = parts;
    this.#run = run;
    this.#at = at;
  }

  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal;
    const controller = new AbortController();
    this.#controller = controller;
    if (this.#over) {
      // An abandoned classifier or check still holds the hop.
      controller.abort(hopIsOver());
      return controller.signal;
    }
    const { ports } = this.#parts;
    this.#endWatch = watch(ports.clock, {
      signal: this.#run.signal,
      onAbort: (reason) => controller.abort(reason),
      ms: Math.max(0, leftMs({ ports, scope: this.#run })),
      onTime: () => {
        this.#run.isLate = true;
        controller.abort(deadlineError({ ...this.#run, attempts: copyOf(this.#run.attempts) }));
      },
    });
    return controller.signal;
  }

  get isLate(): boolean {
    const { deadline, isLate } = this.#run;
    return isLate || (deadline !== undefined && this.#parts.ports.clock.monotonic() >= deadline.at);
  }

  get now(): number {
    return this.#parts.ports.clock.wall();
  }

  // Getters, so that a classifier may destructure the hop.
  get permits(): HopContext["permits"] {
    return (facts) => {
      const { members } = facts as Partial<Model>;
      const pool = members && this.#poolOf(facts as Model, this.#idOf(facts) as Id, this.#run.facts);
      return pool === undefined
        ? this.#permits(facts, this.#run.facts)
        : permittedOf(pool.ask(this.#at, this.now));
    };
  }

  get generate(): HopContext["generate"] {
    return (model, chat) => maybeDropped(this.#generate(model, chat));
  }

  get call(): HopContext["call"] {
    return (target, text, work) => maybeDropped(this.#call(target, text, work));
  }

  #permits(facts: ModelFacts, chat: RequestFacts): true | string {
    const { deciding, completeFacts } = this.#parts;
    const own = this.#ownOf(facts);
    if (own === undefined && deciding.models.some(({ id }) => id === facts.name))
      return "its name is the id of one of the router's models: give it another";
    // The router's id if the model is one of its own, so that `only` and `except` know it.
    const id = own?.id ?? (facts.name as Id);
    let answer = this.#permitted(this.#candidate(id, completeFacts(facts), chat));
    for (const known of deciding.models) {
      const ofOwn = known === own;
      for (const one of known.pool?.members().map((member) => member.facts) ?? [known.facts]) {
        if (answer !== true) return answer;
        // Another object for one of the router's models, by name or by any other name, cannot claim more than
        // the router knows.
        if (one !== facts && (ofOwn || isSameModel(one, facts)))
          answer = this.#permitted(this.#candidate(id, one, chat));
      }
    }
    return answer;
  }

  /** Returns the way to the members of a pool: constraints are asked about each, as about a model. */
  #poolOf(model: Model, id: Id, chat: RequestFacts): PoolAccess | undefined {
    const { deciding, completeFacts, ports } = this.#parts;
    const pool = this.#ownOf(model)?.pool ?? decidingPool(model, completeFacts);
    if (pool === undefined) return undefined;
    const isOwn = this.#ownOf(model)?.pool !== undefined;
    return {
      rules: isOwn ? this.#parts.models[id].pool : model.pool,
      ask: () =>
        pool.members().map((member) => {
          const candidate = candidateFor(deciding, id, member, chat, ports.clock.monotonic());
          const answer = isOwn ? this.#permitted(candidate) : this.#permits(member.facts, chat);
          const permitted =
            member.state === "draining" ? "state: draining" : this.#mayRead(answer, id, member.facts, chat);
          return { member, candidate, permitted };
        }),
    };
  }

  /** Evaluates the team's and the request's constraints, and the router's budget. */
  #permitted(candidate: Candidate<Id>): true | string {
    const { teamConstraints, facts: request, account } = this.#run;
    const answer = permits(candidate, teamConstraints, { request, hop: this.#at, now: this.now });
    if (answer !== true) return answer;
    const { leastCostUsd, estimatedCostUsd, leastTokens } = candidate;
    const fits = account.fits({ costUsd: leastCostUsd ?? estimatedCostUsd, tokens: leastTokens }, candidate);
    // The request's own bound ends the call with `BudgetExceededError`.
    return fits === true || fits.by !== "budget" ? true : `${fits.by}: ${fits.reason}`;
  }

  #ownOf({ name }: ModelFacts): DecisionParts<Id>["models"][number] | undefined {
    return this.#parts.deciding.models.find(({ facts }) => facts.name === name);
  }

  #candidate(id: Id, facts: ModelFacts, chat: RequestFacts): Candidate<Id> {
    return candidateFor(this.#parts.deciding, id, { facts }, chat, this.#parts.ports.clock.monotonic());
  }

  async #generate(model: Model, chat: ChatRequest): Promise<Completion> {
    checkPlain(chat);
    if (this.#ownOf(model) === undefined) await this.#parts.poolWatches.open(model, this.signal);
    const context = this.#execution(model, chat, this.#factsOf(chat, model.defaults));
    return callDirectly(context, chatCall);
  }

  async #call<T>(
    target: ModelFacts,
    text: string,
    work: (signal: AbortSignal) => Promise<CallAnswer<T>>,
  ): Promise<T> {
    const chat: ChatRequest = { messages: [{ role: "user", content: text }] };
    const facts = Object.freeze({ ...this.#factsOf(chat), expectedOutputTokens: 0, maxOutputTokens: 0 });
    const context = this.#execution({ ...target, generate: notChat, stream: notChat }, chat, facts);
    return (await callDirectly(context, callOfWork(work))).value;
  }

  /** Returns the facts of a call. Under a bound they hold its limits: by these it is paid for. */
  #factsOf(chat: ChatRequest, defaults?: Model["defaults"]): RequestFacts {
    const { ports, normalise } = this.#parts;
    const facts = normalise(chat);
    if (!this.#run.account.isBounded) return facts;
    return {
      ...facts,
      maxOutputTokens: facts.maxOutputTokens ?? defaultOutputLimit(defaults),
      mostInputTokens: ports.pricing.mostInputTokens(chat),
    };
  }

  #idOf(facts: ModelFacts): string {
    return this.#ownOf(facts)?.id ?? facts.name;
  }

  /** Returns the plan of one call of a model outside the request's plan, with all that it is made with. */
  #execution(model: Model, chat: ChatRequest, facts: RequestFacts): CallContext {
    const { ports, rules, completeFacts } = this.#parts;
    const id = this.#idOf(model);
    const pool = this.#poolOf(model, id as Id, facts);
    const complete: Model = {
      ...completeFacts(model),
      generate: (request, options) => model.generate(request, options),
      stream: (request, options) => model.stream(request, options),
    };
    return {
      ...directPlan(id, this.#at),
      rules,
      ports,
      scope: this.#run,
      signal: this.signal,
      chat,
      facts,
      textTokens: undefined,
      modelOf: () => complete,
      candidateOf: () => this.#candidate(id as Id, complete, facts),
      poolOf: () => pool,
      permits: () => this.#mayRead(this.#permits(model, facts), id, model, facts),
    };
  }

  /** A blind model answers nonsense to an image that a classifier or a check sends to it. */
  #mayRead(permitted: true | string, id: string, model: ModelFacts, chat: RequestFacts): true | string {
    if (permitted !== true || chat.images === 0) return permitted;
    const candidate = this.#candidate(id as Id, this.#parts.completeFacts(model), chat);
    const answer = permits(candidate, [capabilities], { request: chat, hop: this.#at, now: this.now });
    if (answer !== true || canDo(candidate.facts, "images") === true) return answer;
    return `${capabilities.name}: ${notKnown("images")}`;
  }

  end(): void {
    this.#over = true;
    if (this.#controller === undefined) return;
    this.#endWatch?.();
    if (!this.#controller.signal.aborted) {
      this.#controller.abort(hopIsOver());
    }
  }
}

/** Returns a promise that a classifier or check may drop: its rejection must not end the process. */
function maybeDropped<T>(promise: Promise<T>): Promise<T> {
  promise.catch(ignore);
  return promise;
}

/** Stands in for the methods of a target that only `work` calls. */
function notChat(): never {
  throw new TypeError("this target is not a chat model");
}

Object.freeze(RequestHop.prototype);
const endOf = RequestHop.prototype.end;
const latenessOf = Object.getOwnPropertyDescriptor(RequestHop.prototype, "isLate")?.get as () => boolean;

/** Ends a hop, whatever its user has defined on it: freezing each one would cost more. */
export function endHop(hop: OpenHop): void {
  endOf.call(hop as RequestHop<string>);
}

/** True once the deadline has passed, in the same way. */
export function isLate(hop: OpenHop): boolean {
  return latenessOf.call(hop);
}

function hopIsOver(): DOMException {
  return new DOMException("the hop is over", "AbortError");
}
