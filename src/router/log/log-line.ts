import { decisionFields, recordedFactsFields } from "../../contracts/decision-fields.ts";
import type { Field, Fields } from "../../contracts/fields.ts";
import { type Decision, InvalidOptionError, type RouterEvent } from "../../contracts/index.ts";
import { ignore } from "../../plugin/ignore.ts";
import type { FilledOptions, OptionTable } from "../../plugin/index.ts";
import { loadedOnUse } from "../../plugin/loaded-on-use.ts";
import { eventLine, type LoggedNews, type LoopStatesRead } from "./event-line.ts";
import type { JsonText } from "./json-text.ts";
import { type HashKey, hashKeyId, hiddenValue, keySource, promptHash } from "./keyed-hash.ts";

const fastText = loadedOnUse(() => import("./json-text.ts"));

export type Ended = Extract<RouterEvent, { type: "request-completed" | "request-failed" }>;
export type AttemptEnded = Extract<RouterEvent, { type: "attempt-ended" }>;
/** An event that becomes a line. */
export type Logged = Ended | AttemptEnded | LoggedNews | LoopStatesRead;

/** A field whose value can be replaced by a keyed hash. */
export type HashedField = "session" | "tenant" | `labels.${string}`;

export interface LineOptions {
  /** True to write the ask as `prompt`. Default false: lines have `promptHash` and `hashKeyId` instead. */
  readonly prompts?: boolean | undefined;
  /**
   * Key of the hashes (HMAC-SHA-256, 32 hex digits), which make equal values recognisable without showing them. A
   * function is asked for each line, so that the key can change while the log is open; lines name their key by
   * `hashKeyId`. Default: random for each process, so hashes of two processes cannot be compared.
   */
  readonly hashKey?: HashKey | undefined;
  /**
   * Fields that are written as `hmac:<key>:<hash>`, at most 20: `session`, `tenant`, or a label as `labels.user`. Default
   * none: they are in the line as the request named them.
   */
  readonly hash?: readonly HashedField[] | undefined;
}

const mostHashed = 20;
const hashRule = `a list of at most ${mostHashed} of "session", "tenant" and "labels.<name>"`;

export const lineOptions: OptionTable<LineOptions, "hashKey"> = {
  prompts: { is: "boolean", default: false },
  hashKey: { is: "any", optional: true, expected: "a non-empty string, or a function" },
  hash: { is: "checked", check: checkFields, default: [], expected: hashRule },
};

function checkFields(option: string, fields: readonly HashedField[]): readonly HashedField[] {
  if (Array.isArray(fields) && fields.length <= mostHashed && fields.every(isField)) return [...fields];
  throw new InvalidOptionError(option, fields, hashRule);
}

/** Returns a function that makes a line of an event. It throws where a value is not JSON. Throws `InvalidOptionError`. */
export function lineMaker(
  owner: string,
  options: FilledOptions<LineOptions, "hashKey">,
): (event: Logged) => string {
  const { prompts, hash } = options;
  const keyOf = keySource(`${owner}.hashKey`, options.hashKey);
  const labels = hash.flatMap((field) => (field.startsWith("labels.") ? [field.slice(7)] : []));
  const hidesTenant = hash.includes("tenant");
  const texts = hash.filter((field) => !field.startsWith("labels."));
  type Key = ReturnType<typeof keyOf>;

  const factsOf = ({ request }: Decision, key: Key) => {
    if (hash.length === 0) return request;
    const hide = (values: Record<string, unknown>, names: readonly string[], path: string) => {
      for (const name of names) {
        const value = Object.hasOwn(values, name) ? values[name] : undefined;
        if (typeof value === "string") values[name] = hiddenValue(key, `${path}${name}`, value);
      }
      return values;
    };
    const shown = { ...request, labels: hide({ ...request.labels }, labels, "labels.") };
    return hide(shown, texts, "") as typeof request;
  };

  let json: JsonText | undefined;
  // Until it is there, and if it cannot be read, `JSON.stringify` writes the same.
  if (globalThis.Buffer !== undefined) fastText.load()?.catch(ignore);
  const textOf = (decision: object, about: object, rest: object): string => {
    json ??= fastText.atHand?.createJsonText();
    json?.begin();
    json?.raw("{");
    json?.members(decision, constants);
    json?.members(about);
    json?.members(rest);
    json?.raw("}\n");
    // In three parts: one object of all the fields takes four times as long to make and to write.
    return json?.end() ?? `${open(decision)},${inside(about)},${inside(rest)}}\n`;
  };

  return (event) => {
    if (event.type === "attempt-ended") {
      const { decisionId, attempt } = event;
      const { tenant: named } = event;
      const tenant = hidesTenant && named !== undefined ? hiddenValue(keyOf(), "tenant", named) : named;
      return `${JSON.stringify({ decisionId, tenant, attempt })}\n`;
    }
    if (event.type !== "request-completed" && event.type !== "request-failed") return eventLine(event);
    const decision = event.decision as Decision;
    const { attempts, latencyMs } = event;
    const { ask } = event.readText();
    const key = keyOf();
    const request = factsOf(decision, key);
    const about: About = prompts ? { prompt: ask } : hashOf(key, ask);
    const isAnswered = event.type === "request-completed";
    const { usage, costUsd } = isAnswered ? event : noUsage;
    const error = isAnswered ? undefined : event.error;
    const recorded = request === decision.request ? decision : { ...decision, request };
    return textOf(recorded, about, { attempts, usage, costUsd, error, latencyMs });
  };
}

const facts: Fields = recordedFactsFields;
const constants: ReadonlySet<string> = new Set(
  Object.entries<Field>(decisionFields).flatMap(([name, { constant }]) => (constant ? [name] : [])),
);
const noUsage = { usage: undefined, costUsd: undefined };

/** JSON of an object that has a field, without its last brace. */
function open(value: object): string {
  return JSON.stringify(value).slice(0, -1);
}

/** JSON of an object that has a field, without its braces. */
function inside(value: object): string {
  return JSON.stringify(value).slice(1, -1);
}

interface About {
  readonly prompt?: string;
  readonly promptHash?: string;
  readonly hashKeyId?: string;
}

function hashOf(key: string | Uint8Array, ask: string): About {
  return { promptHash: promptHash(key, ask), hashKeyId: hashKeyId(key) };
}

/** True for a fact of the request that can name someone: a text, or a member such as `labels.user`. */
function isField(field: unknown): field is HashedField {
  if (typeof field !== "string") return false;
  const [name = ""] = field.split(".", 1);
  const fact = Object.hasOwn(facts, name) ? facts[name] : undefined;
  return fact?.personal === true && (fact.kind === "text" ? field === name : field.length > name.length + 1);
}
