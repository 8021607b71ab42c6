import type { Completion } from "../../../src/contracts/index.ts";
import { textOf, toolCallsOf } from "./answer-parts.ts";
import { lastNumber } from "./last-number.ts";

/** Part of an answer that is compared. */
export type ExtractBy = "answer" | "number" | "text";

/** Length of the longest text that is compared, in characters: some characters have 18 in their normal form. */
const longestText = 10_000;
/** Number of characters at the end in which a stated answer is looked for. */
const tailLength = 2_000;
/** Length of the longest whole answer that is compared as it is: a longer one is an explanation. */
const longestWhole = 200;
const longestJson = 100_000;
const mostCalls = 128;
/** Nesting of the deepest JSON that is compared. */
const deepest = 32;

/**
 * Returns what an answer says, in a form that is equal where two answers say the same: calls of tools; JSON (of
 * an object with `answer` only that field); what follows `####`, in `\boxed{}` or behind "answer is"; or
 * the whole of a short answer. Letters of options, numbers and short texts are written alike. Undefined where
 * nothing can be compared, for instance in a long explanation. Takes time linear in the answer.
 */
export function extractAnswer(answer: Completion, by: ExtractBy): string | undefined {
  if (by === "answer") {
    const calls = toolCallsOf(answer);
    if (calls.length > 0) return callsIn(calls);
  }
  return extractText(textOf(answer), by);
}

/** Does the same for the text of an answer. */
export function extractText(text: string, by: ExtractBy): string | undefined {
  if (by === "number") return numberIn(text);
  if (by === "text") return plain(text);
  return jsonIn(text) ?? statedIn(text) ?? (text.length <= longestWhole ? stated(text) : undefined);
}

function callsIn(calls: ReturnType<typeof toolCallsOf>): string | undefined {
  if (calls.length > mostCalls) return undefined;
  const shown: string[] = [];
  for (const call of calls) {
    const { name, arguments: given } = call?.type === "function" ? (call.function ?? {}) : {};
    if (typeof name !== "string" || typeof given !== "string" || given.length > longestJson) return undefined;
    const parsed = given.trim() === "" ? {} : parse(given);
    const canonical = parsed === undefined ? undefined : canonicalOf(parsed, 0);
    if (canonical === undefined) return undefined;
    shown.push(`${JSON.stringify(name)}(${canonical})`);
  }
  // Parallel calls have no order.
  return `calls:${shown.sort().join()}`;
}

function jsonIn(text: string): string | undefined {
  if (text.length > longestJson) return undefined;
  const inner = withoutFence(text.trim());
  if (!inner.startsWith("{") && !inner.startsWith("[")) return undefined;
  const parsed = parse(inner);
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const field: unknown = Object.hasOwn(parsed, "answer")
    ? (parsed as { answer?: unknown }).answer
    : undefined;
  if (typeof field === "string") return stated(field);
  if (typeof field === "number") return `number:${field}`;
  return prefixed("json:", canonicalOf(field ?? parsed, 0));
}

/** Number of fences that are looked at. */
const mostFences = 32;

/** Returns the content of the last fence that begins like JSON, else the text. */
function withoutFence(text: string): string {
  const pieces = text.split("```", 2 * mostFences + 1);
  // Pieces between an opening and a closing fence.
  for (let at = pieces.length - (pieces.length % 2 === 0 ? 1 : 2); at > 0; at -= 2) {
    const piece = pieces[at] as string;
    const inner = piece.slice(piece.indexOf("\n") + 1).trim();
    if (inner.startsWith("{") || inner.startsWith("[")) return inner;
  }
  return text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** JSON with sorted keys; undefined for one that is nested too deeply. */
function canonicalOf(value: unknown, depth: number): string | undefined {
  if (depth > deepest) return undefined;
  if (typeof value === "string") return JSON.stringify(value.trim());
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const parts: string[] = [];
  for (const [key, item] of Array.isArray(value) ? [...value.entries()] : Object.entries(value).sort(byKey)) {
    const canonical = canonicalOf(item, depth + 1);
    if (canonical === undefined) return undefined;
    parts.push(Array.isArray(value) ? canonical : `${JSON.stringify(key)}:${canonical}`);
  }
  return Array.isArray(value) ? `[${parts.join()}]` : `{${parts.join()}}`;
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Words in front of a stated answer; of several the last one counts. */
const markers =
  /####|(?:final answer|answer|antwort|lösung|réponse|respuesta|resposta|risposta|antwoord|odpowiedź|ответ|الجواب|उत्तर|答案|答え|정답|cevap)(?: is| ist| est| es| è| é| jest|は|是|는|은)?["'*_]{0,3}\s{0,3}[:：=]|answer is\s/giu;

function statedIn(text: string): string | undefined {
  const tail = text.slice(-tailLength);
  const boxed = tail.lastIndexOf("\\boxed{");
  if (boxed >= 0) {
    const inner = insideBraces(tail, boxed + "\\boxed{".length);
    if (inner !== undefined) return stated(inner);
  }
  return statedAnswers(tail).at(-1);
}

/** Number of statements that are compared with each other. */
const mostStated = 32;

/** Answers that a text states behind a marker in its last 2,000 characters, in their order. */
export function statedAnswers(text: string): readonly string[] {
  const tail = text.slice(-tailLength);
  const answers: string[] = [];
  for (const marker of tail.matchAll(markers)) {
    const line = tail
      .slice(marker.index + marker[0].length)
      .trimStart()
      .split("\n", 1)[0];
    const value = line === undefined || line.length > longestWhole ? undefined : stated(unquoted(line));
    if (value !== undefined) answers.push(value);
    if (answers.length > mostStated) answers.shift();
  }
  return answers;
}

/** The text of a quoted value: JSON that does not parse, for its backslashes, still shows it. */
function unquoted(line: string): string {
  const value = line.trimEnd();
  const end = value.lastIndexOf('"');
  return value.startsWith('"') && end > 0 ? value.slice(1, end) : value;
}

function insideBraces(text: string, from: number): string | undefined {
  let open = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "{") open += 1;
    else if (text[at] === "}") open -= 1;
    if (open === 0) return text.slice(from, at);
  }
  return undefined;
}

/** A number, the letter of an option, or a short text. */
function stated(text: string): string | undefined {
  // The patterns below are for short texts: they look for the end at each place.
  if (text.length > longestWhole) return plain(text);
  // As models write it: **42**, `42`, $42$, (B), "Paris".
  const bare = text.trim().replace(/^[\s*_`"'“”«»$(\\[]+|[\s*_`"'“”«»$.!,;:\])。！]+$/g, "");
  if (bare === "") return undefined;
  if (/^[a-j]$/i.test(bare)) return `option:${bare.toUpperCase()}`;
  const option = /^\(?([a-j])[).:]\s/i.exec(bare);
  if (option !== null) return `option:${option[1]?.toUpperCase()}`;
  if (/^[-−+]?[$€£]?\s?[\d.,\s]{1,40}%?$/.test(bare)) return numberIn(bare) ?? plain(bare);
  return plain(bare);
}

function numberIn(text: string): string | undefined {
  const value = lastNumber(text)?.value;
  return value === undefined ? undefined : `number:${value}`;
}

/** The text without case, spaces and punctuation; minus signs stay, and so do marks of mathematics. */
function plain(text: string): string | undefined {
  if (text.length > longestText) return undefined;
  const kept = text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Sm}\p{Sc}/^\\-]+/gu, "");
  return prefixed("text:", kept === "" ? undefined : kept);
}

function prefixed(kind: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : `${kind}${value}`;
}
