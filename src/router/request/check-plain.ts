import { InvalidRequestError, type RouteRequest } from "../../contracts/index.ts";
import { routingFields } from "../../plugin/routing-fields.ts";
import { readable } from "./readable.ts";

/** Deepest nesting. A value that contains itself is deeper than any. */
const deepest = 200;
/** Largest number of values, and of characters with those of images: a text of JSON cannot be much longer. */
const mostValues = 2_000_000;
const mostCharacters = 2 ** 28;

/** Length of texts whose characters are not counted. */
const shortText = 4_096;

/** Fields that stay with the router. They are checked one by one. */
const routing: ReadonlySet<string> = new Set([...routingFields, "output"]);

/** Arrays and objects that were found to be plain: an application sends the same tools with every request. */
const known = new WeakSet<object>();

/**
 * Throws `InvalidRequestError` naming the field unless everything that a provider gets is plain JSON. What
 * JSON cannot say (a cycle, a BigInt) would fail in the adapter of each model in turn, and what it drops (a
 * function, a Date's methods) would be missing without a word. Not asked for a mere decision, which reads less.
 */
export function checkPlain(request: RouteRequest): void {
  if (typeof request !== "string") readable(request, () => checkFields(request));
}

/** Throws the same for one field. A text of it is as long as its values are many, and these may be shared. */
export function checkPlainField(field: string, value: unknown): void {
  refuse(field, problemIn(value, 1, { values: mostValues, characters: mostCharacters }));
}

/** Throws the same for a value that many requests share, which is checked once. */
export function checkPlainOnce(field: string, value: object): void {
  checkShared(field, value, { values: mostValues, characters: mostCharacters });
}

/** Says that a request, and the tools that it has, are known to be plain. */
export function knownAsPlain(request: Exclude<RouteRequest, string>): void {
  known.add(request);
  const { tools } = request;
  if (typeof tools === "object" && tools !== null) known.add(tools);
}

function checkFields(request: Exclude<RouteRequest, string>): void {
  if (known.has(request)) return;
  const left: Left = { values: mostValues, characters: mostCharacters };
  for (const field in request) {
    if (routing.has(field)) continue;
    const value: unknown = request[field as keyof typeof request];
    const isShared = field === "tools" || field === "response_format";
    if (isShared) checkShared(field, value, left);
    else refuse(field, problemIn(value, 1, left));
  }
}

function checkShared(field: string, value: unknown, left: Left): void {
  const isObject = typeof value === "object" && value !== null;
  if (isObject && known.has(value)) return;
  refuse(field, problemIn(value, 1, left));
  if (isObject) known.add(value);
}

interface Left {
  values: number;
  characters: number;
}

/** A problem and the keys that lead to it, the last one first. */
interface Problem {
  readonly text: string;
  readonly keys: (string | number)[];
}

function refuse(field: string, problem: Problem | undefined): void {
  if (problem === undefined) return;
  const path = problem.keys
    .reverse()
    .slice(0, 8)
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${shown(key)}`));
  throw new InvalidRequestError(`${shown(field)}${path.join("")}`, problem.text);
}

/** Keys are data of the caller's users. */
function shown(key: string): string {
  return key.length <= 60 ? key : `${key.slice(0, 20)}…`;
}

function problemIn(value: unknown, depth: number, left: Left): Problem | undefined {
  switch (typeof value) {
    case "string":
      left.characters -= value.length;
      return left.characters < 0
        ? problem(`makes the request longer than ${mostCharacters} characters`)
        : undefined;
    case "number":
      return Number.isFinite(value) ? undefined : problem(`must be a finite number, got ${value}`);
    case "object":
      return value === null ? undefined : problemInside(value, depth, left);
    case "undefined":
    case "boolean":
      return undefined;
    default:
      return problem(`must be plain JSON, got a ${typeof value}`);
  }
}

function problemInside(value: object, depth: number, left: Left): Problem | undefined {
  if (depth > deepest) return problem(`is nested more than ${deepest} deep, or contains itself`);
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) {
      left.values -= 1;
      if (left.values < 0) return tooMany();
      const one: unknown = value[at];
      const found =
        one === undefined ? problem("is missing: an array has no gaps") : problemIn(one, depth + 1, left);
      if (found !== undefined) return under(found, at);
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === Object.prototype || prototype === null;
  if (!isPlain && !isRecord(value)) return problem(`must be plain JSON, got ${tagOf(value)}`);
  for (const key in value) {
    if (!isPlain && !Object.hasOwn(value, key)) continue;
    left.values -= 1;
    if (left.values < 0) return tooMany();
    const one = (value as Record<string, unknown>)[key];
    // Nearly all values are short texts, which need no call.
    if (typeof one === "string" && one.length < shortText) continue;
    const found = problemIn(one, depth + 1, left);
    if (found !== undefined) return under(found, key);
  }
  return undefined;
}

/** True for instances of classes that JSON writes like plain objects. A Date, a Map or bytes become something else. */
function isRecord(value: object): boolean {
  return tagOf(value) === "Object" && typeof (value as { toJSON?: unknown }).toJSON !== "function";
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function problem(text: string): Problem {
  return { text, keys: [] };
}

function tooMany(): Problem {
  return problem(`has more than ${mostValues} values`);
}

function under(found: Problem, key: string | number): Problem {
  found.keys.push(key);
  return found;
}
