import type {
  LackedCapability,
  ProviderErrorKind,
  ProviderErrorOptions,
} from "../../../../contracts/index.ts";
import { kindOfStatus } from "./by-status.ts";
import { comparable, findPhrase } from "./find-phrase.ts";
import { precedence, type RefusalClass } from "./refusal-class.ts";
import type { Saying, Statuses } from "./sayings.ts";
import { everything } from "./table.ts";

/** A refusal as an adapter has read it from the fields of its wire. */
export interface SaidRefusal {
  /** HTTP status, or the one that an error within a stream states. Absent: neither. */
  readonly status: number | undefined;
  /** Codes, types and reasons. */
  readonly codes: readonly string[];
  /** The field of the request that the provider names. */
  readonly param?: string | undefined;
  readonly text: string;
  /** The model's window, where a field states it. */
  readonly contextWindow?: number | undefined;
  /** True for an own engine, whose 503 means that it has no room unless its words say otherwise. */
  readonly isEngine?: boolean | undefined;
  /** Kind of an error without a status that says nothing known. Default `unknown`. */
  readonly unnamed?: ProviderErrorKind | undefined;
}

/** The meaning of a refusal, in the terms of a `ProviderError`. */
export type ReadRefusal = Pick<
  ProviderErrorOptions,
  "kind" | "retryable" | "otherMayAnswer" | "lacks" | "contextWindow"
>;

/** Reads what a refusal means. The one place that knows: adapters know where their fields stand. */
export function readRefusal(refusal: SaidRefusal): ReadRefusal {
  const { status, isEngine, unnamed = "unknown" } = refusal;
  const found = classOf(refusal);
  const { contextWindow = found?.window } = refusal;
  if (found !== undefined) return meaningOf(found.means, status, contextWindow);
  if (isEngine && status === 503) return { kind: "saturated" };
  const kind = status === undefined ? unnamed : kindOfStatus(status);
  return { kind, ...followed(kind, status) };
}

/** Classes by what they mean where the status does not matter. */
const kinds: Readonly<Partial<Record<RefusalClass, ProviderErrorKind>>> = {
  content: "content-filter",
  "failed-answer": "incomplete",
  overflow: "context-overflow",
};

function meaningOf(
  means: RefusalClass,
  status: number | undefined,
  contextWindow: number | undefined,
): ReadRefusal {
  const asRefused = kindOfRefused(status);
  if (means.startsWith("lacks "))
    return {
      kind: asRefused,
      ...followed(asRefused, 400),
      retryable: false,
      lacks: means.slice("lacks ".length) as LackedCapability,
    };
  switch (means) {
    case "spent":
      return { kind: status === undefined || status === 429 ? "rate-limit" : "permission", retryable: false };
    case "above-rate":
      return { kind: "rate-limit", retryable: false };
    case "own-fault":
      return { kind: "invalid-request", retryable: false };
    case "one-model":
      return { kind: asRefused, ...followed(asRefused, 400), retryable: false };
    case "failed-answer":
      return { kind: "incomplete", retryable: true };
    case "overflow":
      return { kind: "context-overflow", contextWindow };
    default: {
      const kind = (kinds[means] ?? means) as ProviderErrorKind;
      return { kind, ...followed(kind, status) };
    }
  }
}

/** The kind of a request that this model refuses: a server's 500 for it does not mean that the server failed. */
function kindOfRefused(status: number | undefined): ProviderErrorKind {
  return status === undefined || status >= 500 ? "invalid-request" : kindOfStatus(status);
}

/** A request that is not known to be at fault itself may be sent to one other model. */
function followed(
  kind: ProviderErrorKind,
  status: number | undefined,
): { readonly otherMayAnswer?: true | undefined } {
  const isRefusal = kind === "invalid-request" || kind === "too-large";
  return isRefusal && status !== undefined && status >= 400 && status < 500 ? { otherMayAnswer: true } : {};
}

interface FoundClass {
  readonly means: RefusalClass;
  readonly window: number | undefined;
}

function classOf({ status, codes, param, text }: SaidRefusal): FoundClass | undefined {
  const names = new Set(codes);
  const shown = comparable(text);
  let first: FoundClass | undefined;
  for (const [statuses, field, phrase, means] of everything) {
    const isBefore = first === undefined || rank(means) < rank(first.means);
    // A later saying of the same class may state the window.
    if (!isBefore && !(first?.means === means && first.window === undefined && phrase.includes("#")))
      continue;
    if (!holds(statuses, status)) continue;
    const found = foundIn(field, phrase, names, param, shown);
    if (found !== undefined) first = { means, window: found.window ?? first?.window };
  }
  return first;
}

function foundIn(
  field: Saying[1],
  phrase: string,
  names: ReadonlySet<string>,
  param: string | undefined,
  text: string,
): { readonly window: number | undefined } | undefined {
  if (field === "text") return findPhrase(text, phrase);
  const isSaid = field === "code" ? names.has(phrase) : param === phrase;
  return isSaid ? { window: undefined } : undefined;
}

function holds(statuses: Statuses, status: number | undefined): boolean {
  if (statuses === "any" || status === undefined) return true;
  return typeof statuses === "number" ? statuses === status : statuses.includes(status);
}

const ranks = new Map<RefusalClass, number>(precedence.map((means, at) => [means, at]));

function rank(means: RefusalClass): number {
  return ranks.get(means) ?? precedence.length;
}
