/** Refusal of a strict server, with the reason as text. */
export class Refusal extends Error {}

export function refuse(problem: string): never {
  throw new Refusal(problem);
}

// biome-ignore lint/suspicious/noExplicitAny: bodies of any wire
export type Json = any;

/** Refuses unknown fields. */
export function checkFields(path: string, value: Json, known: readonly string[]): void {
  for (const field of Object.keys(value))
    if (!known.includes(field)) refuse(`unknown parameter ${path}.${field}`);
}

/**
 * Returns the model's next step after the last message: `look` and `more` make it call its tool, anything
 * else makes it answer.
 */
export function nextStep(text: string): "call" | "answer" {
  return text === "look" || text === "more" ? "call" : "answer";
}

let issued = 0;

/** Creates a signature that only this model recognises. */
export function sign(model: string): string {
  issued += 1;
  return `${model}/${issued}`;
}

export function checkSignature(path: string, signature: unknown, model: string): void {
  if (typeof signature !== "string" || !signature.startsWith(`${model}/`))
    refuse(`${path}: invalid signature`);
}

/** Creates an id in the style of the prefix. */
export function newId(prefix: string): string {
  issued += 1;
  return `${prefix}${issued}`;
}
