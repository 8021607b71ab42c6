import { InvalidOptionError, type RecordedFacts, type Router } from "../../contracts/index.ts";
import { type FilledOptions, type OptionTable, readOptions } from "../../plugin/index.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";
import { completeFacts } from "../../router/cost/inner.ts";
import type { AuditedRecord } from "../promise/audited-record.ts";
import type { AuditScorer } from "./audit-scorer.ts";

export interface AuditOptions<Id extends string = string> {
  readonly router: Pick<Router<Id>, "models" | "observe">;
  /** Model whose quality is the measure. Its price must be known, 0 for a machine of your own. */
  readonly reference: NoInfer<Id>;
  /** Scorer of both answers, for instance `auditJudge`. */
  readonly scorer: AuditScorer;
  readonly budget: {
    /** The most that audits may cost on a day of UTC, in US dollars, scoring included. */
    readonly usdPerDay: number;
  };
  /** File of outcome records to append to; created if it does not exist. Its name does not end in `.gz`. */
  readonly file: string;
  /**
   * Probability with which an answered request is audited, in [0.000001, 1]. It is lowered to what the day's money pays
   * for at the mean cost so far. Give this or `perDay`.
   */
  readonly rate?: number | undefined;
  /** The most requests that are drawn on a day of UTC: the probability follows the traffic so far. */
  readonly perDay?: number | undefined;
  /**
   * Model that is asked for training where the reference has answered. Default: the first of the router's models that
   * is not the reference.
   */
  readonly small?: NoInfer<Id> | undefined;
  /**
   * Part of the drawn requests of the reference that `small` answers for training, in [0, 1]. Only with 1 do all records
   * of a file weigh the same, as `eval tune` takes them. Default 1.
   */
  readonly trainingShare?: number | undefined;
  /**
   * `store` writes request and answers as text, which `eval train` and `eval tune` need; `hash` a keyed hash in their
   * place, with which records serve promises and means alone. Default `hash`: no text is kept unless someone asked.
   */
  readonly prompts?: "store" | "hash" | undefined;
  /**
   * Key of the hashes of prompts, sessions and tenants (HMAC-SHA-256, 32 hex digits). Default: random for each process,
   * so that sessions of two processes cannot be joined.
   */
  readonly hashKey?: string | undefined;
  /** Returns true for requests that may be audited. Anything else, and an error, means that they may not. Default: all. */
  readonly allow?: ((facts: RecordedFacts) => boolean) | undefined;
  /**
   * `first-turn` compares requests with tools as long as no tool was used: the calls that the models would make are
   * compared, and none is made. `skip` leaves them out. Default `first-turn`.
   */
  readonly tools?: "first-turn" | "skip" | undefined;
  /**
   * Functions that receive each loss, for instance `[promise.add, rollout.add]`: after all listeners have heard of the
   * request. One that throws keeps no other one from it; its refusal is counted as `refusedRecords`.
   */
  readonly onRecord?: readonly ((record: AuditedRecord) => unknown)[] | undefined;
  /** Largest number of comparisons at a time. Default 4. */
  readonly maxConcurrent?: number | undefined;
  /** Largest number of requests that wait for one; with their answers and those under way they take 32 million characters at most. Default 100. */
  readonly maxQueued?: number | undefined;
  /** Longest comparison, scoring included, in milliseconds. Default 300,000. */
  readonly timeoutMs?: number | undefined;
}

type Open = "rate" | "perDay" | "small" | "hashKey" | "allow";

export const auditOptions: OptionTable<AuditOptions, Open> = {
  router: { is: "object", methods: ["observe"] },
  reference: { is: "any", expected: "the id of a model" },
  scorer: { is: "object", methods: ["score"], named: ["name"] },
  budget: { is: "table", of: { usdPerDay: { is: "number", min: 1e-6, max: 1e6 } } },
  file: { is: "text" },
  rate: { is: "share", min: 1e-6, optional: true },
  perDay: { is: "number", min: 1, max: 1e7, integer: true, optional: true },
  small: { is: "any", expected: "the id of a model", optional: true },
  trainingShare: { is: "share", default: 1 },
  prompts: { is: "choice", of: ["store", "hash"], default: "hash" },
  hashKey: { is: "text", optional: true, secret: true },
  allow: { is: "function", expected: "a function of the facts of a request", optional: true },
  tools: { is: "choice", of: ["first-turn", "skip"], default: "first-turn" },
  onRecord: {
    is: "list",
    of: { is: "function" },
    expected: "a list of functions of a record, for instance [promise.add]",
    default: [],
  },
  maxConcurrent: { is: "number", min: 1, max: 100, integer: true, default: 4 },
  maxQueued: { is: "number", min: 1, max: 10_000, integer: true, default: 100 },
  timeoutMs: { is: "number", min: 1, max: 3_600_000, integer: true, default: 300_000 },
};

/** Options with their defaults, and what follows from them. */
export interface ResolvedAuditOptions
  extends Omit<FilledOptions<AuditOptions, Exclude<Open, "small">>, "budget" | "hashKey"> {
  readonly usdPerDay: number;
  /** Returns the keyed hash of a text. */
  readonly hash: (text: string) => string;
}

/** Checks options and fills in defaults. Throws `InvalidOptionError`. */
export function resolveAuditOptions(given: AuditOptions): ResolvedAuditOptions {
  const { budget, hashKey, ...read } = readOptions("createAudit", auditOptions, given);
  const { router, reference, scorer, file, rate, perDay } = read;
  if ((router as Partial<Router>).isClosed === true)
    throw new InvalidOptionError("createAudit.router", "a closed router", "a router that is not closed");
  const models = new Map(Object.entries(router.models));
  const ids = [...models.keys()];
  const small = read.small ?? ids.find((id) => id !== reference) ?? "";
  for (const [option, id] of [
    ["reference", reference],
    ["small", small],
  ] as const) {
    const model = models.get(id);
    if (model === undefined)
      throw new InvalidOptionError(`createAudit.${option}`, id, `one of ${ids.join(", ")}`);
    if (model.price === undefined)
      throw new InvalidOptionError(
        `createAudit.${option}`,
        id,
        "a model whose price is known, since a budget bounds the audit: give it a price, 0 if it costs nothing",
      );
  }
  if (models.get(small)?.name === models.get(reference)?.name)
    throw new InvalidOptionError("createAudit.small", small, "a model with another name than the reference");
  if (scorer.name.length > 100)
    throw new InvalidOptionError("createAudit.scorer.name", scorer.name, "at most 100 characters");
  for (const model of scorer.models ?? [])
    if (completeFacts(model).price === undefined)
      throw new InvalidOptionError(
        "createAudit.scorer.models",
        model.name,
        "models whose price is known, since a budget bounds the audit: give it a price, 0 if it costs nothing",
      );
  if (/\.gz$/i.test(file))
    throw new InvalidOptionError(
      "createAudit.file",
      file,
      "a name without .gz: lines are appended as they are",
    );
  if ((rate === undefined) === (perDay === undefined))
    throw new InvalidOptionError("createAudit.rate", rate, "given, or perDay, and not both");
  const crypto = nodeCrypto();
  const key = hashKey ?? crypto.randomBytes(32);
  return {
    ...read,
    small,
    usdPerDay: budget.usdPerDay,
    hash: (text) => crypto.createHmac("sha256", key).update(text).digest("hex").slice(0, 32),
  };
}
