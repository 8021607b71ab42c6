import type { Attempt, QuotaLimit, RateOptions } from "../../contracts/index.ts";
import type { Call, QuotaDesk, QuotaRefusal, Refusal } from "../../contracts/ports/index.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";
import type { ResolvedLimitOptions } from "./limit-options.ts";

/** The configured rates of models and tenants, kept by all processes that share a store. */
export interface SharedRates {
  /** Returns the reservation of a call; undefined if no rate is configured for it. */
  of(call: Call): SharedRate | undefined;
}

/** Reservation of one call in the shared rates. */
export interface SharedRate {
  /** Reserves all rates of the call or none: at once if this process holds enough. Never rejects. */
  reserve(): true | Refusal | Promise<true | Refusal>;
  /** Settles by the tokens used, or gives everything back for a call that was not made. Idempotent. */
  end(attempt?: Pick<Attempt, "usage" | "costEstimated">): void;
}

/** Number of models, and of tenants, whose limits are kept as objects. */
const mostKept = 1_000;

/** Creates the rates; undefined if the options have none. Rates learnt from a provider stay those of the process. */
export function createSharedRates(
  { boundsOf, tenant, hasRates }: Pick<ResolvedLimitOptions, "boundsOf" | "tenant" | "hasRates">,
  desk: Pick<QuotaDesk, "reserve" | "settle">,
): SharedRates | undefined {
  if (!hasRates) return undefined;
  const ofModel = keeping((name) => limitsOf(`rate/model/${name}`, boundsOf(name)));
  const ofTenant = keeping((name) => limitsOf(`rate/tenant/${hashOf(name)}`, tenant ?? {}));
  const ofNone = limitsOf("rate/none", tenant ?? {});

  return {
    of(call) {
      const model = ofModel(call.endpoint);
      const own = call.tenant === undefined ? ofNone : ofTenant(call.tenant);
      const requests = [model.requests, own.requests].filter((limit) => limit !== undefined);
      const tokens = [model.tokens, own.tokens].filter((limit) => limit !== undefined);
      if (requests.length === 0 && tokens.length === 0) return undefined;
      return new CallRate(desk, call, requests, tokens);
    },
  };
}

/** Returns the function with its results kept. */
function keeping(make: (name: string) => Limits): (name: string) => Limits {
  const kept = new Map<string, Limits>();
  return (name) => {
    const known = kept.get(name);
    if (known !== undefined) return known;
    const made = make(name);
    if (kept.size >= mostKept) kept.clear();
    kept.set(name, made);
    return made;
  };
}

/** Tenants stand hashed in a store, as they do for budgets: their names may be secret. */
function hashOf(tenant: string): string {
  return nodeCrypto().createHash("sha256").update(tenant, "utf16le").digest("base64url").slice(0, 22);
}

interface Limits {
  readonly requests: QuotaLimit | undefined;
  readonly tokens: QuotaLimit | undefined;
}

function limitsOf(key: string, { requestsPerMinute, tokensPerMinute }: RateOptions): Limits {
  return {
    requests: limitOf(`${key}/requests`, requestsPerMinute),
    tokens: limitOf(`${key}/tokens`, tokensPerMinute),
  };
}

/** The bucket of a rate: a minute's worth at most, of which at least one fits however low the rate is. */
function limitOf(key: string, perMinute: number | undefined): QuotaLimit | undefined {
  if (perMinute === undefined) return undefined;
  const limit = Math.min(Number.MAX_SAFE_INTEGER, Math.max(1, Math.floor(perMinute)));
  return { key, limit, refillPerMs: Math.min(perMinute, limit + 1) / 60_000 };
}

/** A class, since each call creates one. */
class CallRate implements SharedRate {
  readonly #desk: Pick<QuotaDesk, "reserve" | "settle">;
  readonly #id: string;
  readonly #tokensId: string;
  readonly #requests: readonly QuotaLimit[];
  readonly #tokens: readonly QuotaLimit[];
  /** Estimated tokens. A call that is larger than a limit takes all of it. */
  readonly #amount: number;
  #isOver = false;

  constructor(
    desk: Pick<QuotaDesk, "reserve" | "settle">,
    { attemptId, inputTokens, outputTokens }: Call,
    requests: readonly QuotaLimit[],
    tokens: readonly QuotaLimit[],
  ) {
    this.#desk = desk;
    this.#id = `${attemptId}#requests`;
    this.#tokensId = `${attemptId}#tokens`;
    this.#requests = requests;
    this.#tokens = tokens;
    this.#amount = tokens.reduce(
      (least, { limit }) => Math.min(least, limit),
      Math.max(0, Math.ceil(inputTokens + outputTokens)),
    );
  }

  reserve(): true | Refusal | Promise<true | Refusal> {
    if (this.#requests.length === 0) return this.#reserveTokens();
    const answer = this.#desk.reserve({ id: this.#id, amount: 1, limits: this.#requests });
    return answer instanceof Promise
      ? answer.then((one) => this.#afterRequests(one))
      : this.#afterRequests(answer);
  }

  end(attempt?: Pick<Attempt, "usage" | "costEstimated">): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const isMade = attempt !== undefined;
    if (this.#requests.length > 0) this.#desk.settle(this.#id, isMade ? 1 : 0, 0);
    if (this.#tokens.length === 0) return;
    const { usage, costEstimated } = attempt ?? {};
    const isKnown = usage !== undefined && costEstimated !== true;
    // Like an estimate at most a whole bucket: a server that reports a million tokens must not lock a tenant out of all
    // processes for more than a minute.
    const most = this.#tokens.reduce((least, { limit }) => Math.min(least, limit), Number.MAX_SAFE_INTEGER);
    const used = isKnown ? Math.min(usage.inputTokens + usage.outputTokens, most) : this.#amount;
    this.#desk.settle(this.#tokensId, isMade ? used : 0, 0);
  }

  #afterRequests(answer: true | QuotaRefusal): true | Refusal | Promise<true | Refusal> {
    if (answer !== true) return refusalOf(answer, this.#requests);
    if (this.#isOver) return this.#tooLate(this.#id);
    return this.#reserveTokens();
  }

  #reserveTokens(): true | Refusal | Promise<true | Refusal> {
    if (this.#tokens.length === 0) return true;
    const answer = this.#desk.reserve({ id: this.#tokensId, amount: this.#amount, limits: this.#tokens });
    return answer instanceof Promise
      ? answer.then((one) => this.#afterTokens(one))
      : this.#afterTokens(answer);
  }

  #afterTokens(answer: true | QuotaRefusal): true | Refusal {
    if (answer === true) return this.#isOver ? this.#tooLate(this.#tokensId) : true;
    this.#desk.settle(this.#id, 0, 0);
    return refusalOf(answer, this.#tokens);
  }

  /** The call was given up while the store was asked: what it was granted goes back. */
  #tooLate(id: string): Refusal {
    this.#desk.settle(id, 0, 0);
    return { by: "rate", reason: "the call was given up" };
  }
}

function refusalOf({ key, why, waitMs }: QuotaRefusal, limits: readonly QuotaLimit[]): Refusal {
  if (why === "store")
    return { by: "store", reason: "its rates could not be reserved: the store does not answer" };
  const limit = limits.find((one) => one.key === key) ?? limits[0];
  const whose = limit?.key.startsWith("rate/model/") ? "its" : "the tenant's";
  const what = limit?.key.endsWith("/tokens") ? "tokens" : "requests";
  const perMinute = limit === undefined ? "" : ` of ${limit.limit} ${what} per minute`;
  const again = waitMs === undefined ? "" : `; there is room again in ${Math.ceil(waitMs)} ms`;
  return {
    by: "rate",
    reason: `${whose} limit${perMinute} in all processes is reached${again}`,
    waitMs: waitMs === undefined ? undefined : Math.ceil(waitMs),
  };
}
