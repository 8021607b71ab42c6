import { snakeOf } from "../../plugin/proto-field.ts";
import { routingFields } from "../../plugin/routing-fields.ts";
import type { Fields } from "./fields.ts";

/** Most names of one request that are reported: they are words of a sender, and decisions hold them. */
const mostNames = 32;

const everywhere = ["model", "stream", ...routingFields] as const;

/** Returns the names of fields that a translation knows, as `leftOut` takes them, in both spellings that Google's APIs have. */
export function translatedFields(...names: readonly string[]): ReadonlySet<string> {
  return new Set([...everywhere, ...names].flatMap((name) => [name, snakeOf(name)]));
}

/** Returns the names of the fields of an object that its translation leaves out, for `dropped` of the attempts that get it. */
export function leftOut(given: Fields, translated: ReadonlySet<string>, path = ""): string[] {
  const names: string[] = [];
  for (const name in given) {
    if (names.length === mostNames) break;
    if (translated.has(name) || given[name] === undefined || given[name] === null) continue;
    names.push(`${path}${/^[A-Za-z0-9_]{1,64}$/.test(name) ? name : "(another field)"}`);
  }
  return names;
}
