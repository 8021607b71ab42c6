import type { ChatRequest } from "../../contracts/index.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Length from which a text is hashed as it is: writing it as JSON takes several times as long. */
const longText = 1_024;

/**
 * Returns texts that two requests share, all of them in this order, only if a provider gets the same from both. The
 * order of fields is left out in the request, its messages and their parts, where it means nothing. Elsewhere it
 * counts: a model writes the fields of a JSON schema in their order. `chat` is plain JSON.
 */
export function canonicalChat(chat: ChatRequest): readonly string[] {
  const long: string[] = [];
  const textOf = (value: unknown): unknown => {
    // Wrapped, so that it cannot look like the length of a text.
    if (typeof value !== "string") return { value };
    if (value.length < longText || !isWellFormed(value)) return value;
    long.push(value);
    // Its length stands here, so that no text can go on in the next one.
    return { long: value.length };
  };
  const partOf = (part: Fields) =>
    fieldsOf(part, (field, value) => (field === "text" ? textOf(value) : value));
  const messageOf = (message: Fields) =>
    fieldsOf(message, (field, value) => {
      if (field !== "content") return value;
      return Array.isArray(value) ? { parts: value.map(partOf) } : textOf(value);
    });
  // Lists of fields and not objects: any name is a name, `__proto__` too. JSON escapes half of a surrogate pair, so
  // that no two texts are the same in UTF-8.
  const fields = fieldsOf(chat, (field, value) =>
    field === "messages" ? (value as Fields[]).map(messageOf) : value,
  );
  return [JSON.stringify(fields), ...long];
}

/** True if a text has no half of a surrogate pair: as UTF-8 all halves are the same. False where JavaScript has no such test. */
function isWellFormed(text: string): boolean {
  return (text as { readonly isWellFormed?: () => boolean }).isWellFormed?.() ?? false;
}

/** Returns name and value of each field, by name. One that is `undefined` is not sent. */
function fieldsOf(value: Fields, convert?: (field: string, value: unknown) => unknown): unknown[] {
  const fields: unknown[] = [];
  for (const field of Object.keys(value).sort()) {
    const one = value[field];
    if (one !== undefined) fields.push(field, convert === undefined ? one : convert(field, one));
  }
  return fields;
}

/** True if the value's JSON has at most about this many characters. Stops as soon as it has more. */
export function isShorter(value: unknown, most: number): boolean {
  return lengthLeft(value, most) >= 0;
}

function lengthLeft(value: unknown, left: number): number {
  if (typeof value === "string") return left - value.length - 2;
  if (typeof value !== "object" || value === null) return left - 4;
  let rest = left - 2;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length && rest >= 0; at += 1) rest = lengthLeft(value[at], rest);
    return rest;
  }
  for (const key in value) {
    rest = lengthLeft((value as Fields)[key], rest - key.length - 3);
    if (rest < 0) return rest;
  }
  return rest;
}
